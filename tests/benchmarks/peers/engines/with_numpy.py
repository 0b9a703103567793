"""No framework: whole arrays, the neighbours of those who talk gathered at once."""

import numpy as np
from workload import SILENT, TOLD, Task

task = Task()
start, friend = task.start, task.load("friend")
rng = np.random.default_rng(task.seed)
state = np.zeros(task.people, np.uint8)  # 0 not adopted, 1 talks, 2 silent
state[task.seeds] = 1
ties = np.diff(start)


def step():
    talking = np.flatnonzero(state == 1)
    many = ties[talking]
    at = np.arange(many.sum()) + np.repeat(start[talking] - np.cumsum(many) + many, many)
    told = friend[at[rng.random(len(at)) < TOLD]]
    won = told[state[told] == 0]
    state[talking[rng.random(len(talking)) < SILENT]] = 2
    state[won] = 1


task.time(lambda: [step() for _ in range(task.steps)])
task.answer((state > 0).mean(), np.__version__)
