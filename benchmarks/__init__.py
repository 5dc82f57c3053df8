"""What cogsim costs: measured by `make bench`, written as ratios side by side, never run as tests."""
