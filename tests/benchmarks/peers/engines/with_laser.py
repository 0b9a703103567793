"""laser-core: its frame holds the people; who uses it writes the kernel, and there is no network of persons. One thread."""

import time

from workload import SILENT, TOLD, Task, imported

seconds, laser, numba, np = imported("laser.core", "numba", "numpy")
task = Task(seconds)


@numba.njit
def step(state, listed, many, start, friend):
    """Let the first `many` of the list talk; return how many talk tomorrow."""
    last = many
    for k in range(many):
        for e in range(start[listed[k]], start[listed[k] + 1]):
            if state[friend[e]] == 0 and np.random.random() < TOLD:
                state[friend[e]] = 1
                listed[last] = friend[e]
                last += 1
        if np.random.random() < SILENT:
            state[listed[k]] = 2
    kept = 0
    for k in range(last):
        if state[listed[k]] == 1:
            listed[kept] = listed[k]
            kept += 1
    return kept


@numba.njit
def seeded(seed):
    np.random.seed(seed)


begin = time.perf_counter()
step(np.zeros(2, np.uint8), np.zeros(2, np.int32), 0, np.zeros(3, np.int64), np.zeros(1, np.int32))
seeded(task.seed)
compiled = time.perf_counter() - begin
task.begun = time.perf_counter()
friend = task.load("friend")
people = laser.LaserFrame(capacity=task.people, initial_count=task.people)
people.add_scalar_property("state", dtype=np.uint8, default=0)
people.add_scalar_property("listed", dtype=np.int32, default=0)
people.state[task.seeds] = 1
people.listed[: len(task.seeds)] = task.seeds


def run():
    many = len(task.seeds)
    for _ in range(task.steps):
        many = step(people.state, people.listed, many, task.start, friend)


task.time(run)
task.answer((people.state > 0).mean(), laser.__version__, compile_s=compiled)
