"""Plant each fault in a run of its own, run once more, and compare with a run that nothing disturbed."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack

from scripts.chaos.faults import EITHER, OUTLASTED, START, STOPPED, Fault
from scripts.chaos.outcomes import BAD, SKIPPED, WELL, Outcome
from scripts.chaos.stage import OTHER, SECOND, Stage, State
from scripts.chaos.worker import EndedError, Worker
from scripts.marts import differences


def undisturbed(stage: Stage) -> State:
    """What the second delivery's run leaves when nothing disturbs it. Raises RuntimeError when it fails."""
    stage.restore("undisturbed")
    if not stage.run(SECOND, "undisturbed").finish():
        raise RuntimeError(f"a run that nothing disturbed failed: see {stage.worker.log}")
    return stage.state()


def campaign(stage: Stage, faults: Iterable[Fault], expected: State) -> Iterator[Outcome]:
    """Try each fault."""
    for fault in faults:
        if fault.missing:
            yield Outcome(fault.name, fault.expected, "", 0, SKIPPED, words=fault.missing)
        else:
            yield attempt(stage, fault, expected)


def attempt(stage: Stage, fault: Fault, expected: State) -> Outcome:
    """Plant a fault in a run, run once more, and compare."""
    stage.restore(fault.name)
    try:
        disturbed, lifted = _disturb(stage, fault)
    except EndedError as error:
        stage.worker.end()
        return Outcome(fault.name, fault.expected, "missed", 0, BAD, (str(error),))
    seen = OUTLASTED if disturbed.finish() else STOPPED
    whole = time.monotonic()
    words = disturbed.last_words() if seen == STOPPED else ""
    again = stage.run(SECOND, "again")
    problems = [] if again.finish() else [f"the run after it failed: {again.last_words()}"]
    if seen == STOPPED:
        whole = time.monotonic()
    problems += strays(expected, stage.state(), [disturbed, again])
    if fault.expected not in (seen, EITHER):
        problems.append(f"{seen}, not {fault.expected}")
    state = BAD if problems else WELL
    return Outcome(fault.name, fault.expected, seen, round(whole - lifted, 1), state, tuple(problems), words)


def _disturb(stage: Stage, fault: Fault) -> tuple[Worker, float]:
    """Run until a fault is lifted; the run, and when that was. Raises EndedError when the fault was not met."""
    with ExitStack() as planted:
        if fault.at == START:
            planted.enter_context(fault.plant(stage))
        environment = {
            name: text.format(directory=stage.directory) for name, text in fault.environment.items()
        }
        worker = stage.run(SECOND, "disturbed", environment)
        if fault.at != START:
            worker.wait_for(fault.at)
            time.sleep(fault.after)
            planted.enter_context(fault.plant(stage))
        worker.ends_within(fault.lasts)
    return worker, time.monotonic()


def strays(expected: State, found: State, workers: list[Worker]) -> list[str]:
    """What is not as a run that nothing disturbed left it."""
    problems = [
        f"{table}: {', '.join(how)}" for table, how in differences(expected.marts, found.marts).items()
    ]
    problems += [f"stray table {name}" for name in sorted(found.tables - expected.tables)]
    problems += [f"missing table {name}" for name in sorted(expected.tables - found.tables)]
    objects = {name for name in found.objects if OTHER not in name}
    problems += [f"stray object {name}" for name in sorted(objects - expected.objects)]
    problems += [f"missing object {name}" for name in sorted(expected.objects - objects)]
    problems += ["a process of the run is left" for worker in workers if not worker.is_gone()]
    return problems
