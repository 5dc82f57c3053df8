// What a script says of itself: one line of JSON for each thing that it found, and the settings it was given.
export const given = JSON.parse(process.env.COGSIM_GIVEN);

export function tell(name, value) {
  process.stdout.write(JSON.stringify([name, value]) + "\n");
}

export async function refusal(work) {
  try {
    await work();
    return null;
  } catch (error) {
    return { name: error.name === "Error" ? error.constructor.name : error.name, message: error.message };
  }
}
