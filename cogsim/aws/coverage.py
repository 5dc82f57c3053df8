"""What of AWS is modelled: each operation of the modelled services, with the parameters that are not."""

from __future__ import annotations

import pkgutil
from dataclasses import dataclass
from functools import cache
from typing import Any

from cogsim.aws.model import operation_shape, service_model
from cogsim.aws.operation import declared_operations
from cogsim.errors import InputError, suggest

IMPLEMENTED, PARTLY, NOT = "implemented", "partly", "not"
STATUSES = (IMPLEMENTED, PARTLY, NOT)


@dataclass(frozen=True, slots=True)
class Coverage:
    """One operation: `status` is implemented, partly (then `missing` names the parameters that raise NotModelled when
    they are sent) or not; `takes` are the parameters that are read, `ignores` those that change no answer."""

    operation: str
    status: str
    takes: tuple[str, ...] = ()
    ignores: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    def told(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "operation": self.operation,
            "status": self.status,
            "takes": list(self.takes),
            "ignores": list(self.ignores),
            "missing": list(self.missing),
        }


@cache
def modelled_services() -> tuple[str, ...]:
    """The services of AWS that have operations here, by botocore's names."""
    from cogsim.aws import services

    names = [module.name.replace("_", "-") for module in pkgutil.iter_modules(services.__path__)]
    return tuple(sorted(name for name in names if declared_operations(name)))


@cache
def coverage(service: str | None = None) -> tuple[Coverage, ...]:
    """Every operation of `service`, or of all the modelled ones; InputError for a service of which there is none."""
    names = modelled_services()
    if service is not None and service not in names:
        raise InputError(f"no operation of {service!r} is modelled", suggestion=suggest(service, names))
    chosen = names if service is None else (service,)
    return tuple(_one(f"{name}:{bare}") for name in chosen for bare in sorted(service_model(name).operation_names))


def _one(name: str) -> Coverage:
    declared = declared_operations(name.partition(":")[0]).get(name)
    if declared is None:
        return Coverage(name, NOT)
    missing = operation_shape(name).members - declared.takes - declared.ignores
    told = (tuple(sorted(each)) for each in (declared.takes, declared.ignores, missing))
    return Coverage(name, PARTLY if missing else IMPLEMENTED, *told)
