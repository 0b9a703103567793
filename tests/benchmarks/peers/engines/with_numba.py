"""No framework: a loop written by hand and compiled, people visited by number. What such a loop can reach."""

import time

from workload import SILENT, TOLD, Task, imported

seconds, numba, np = imported("numba", "numpy")
task = Task(seconds)


@numba.njit
def step(state, start, friend):
    for i in range(len(state)):
        if state[i] == 1:
            for e in range(start[i], start[i + 1]):
                if state[friend[e]] == 0 and np.random.random() < TOLD:
                    state[friend[e]] = 3
            if np.random.random() < SILENT:
                state[i] = 2
    for i in range(len(state)):
        if state[i] == 3:
            state[i] = 1


@numba.njit
def seeded(seed):
    np.random.seed(seed)


begin = time.perf_counter()
step(np.zeros(2, np.uint8), np.zeros(3, np.int64), np.zeros(1, np.int32))
seeded(task.seed)
compiled = time.perf_counter() - begin
task.begun = time.perf_counter()
friend = task.load("friend")
state = np.zeros(task.people, np.uint8)
state[task.seeds] = 1
task.time(lambda: [step(state, task.start, friend) for _ in range(task.steps)])
task.answer((state > 0).mean(), numba.__version__, compile_s=compiled)
