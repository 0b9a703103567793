"""Starsim: an SIR disease on a static network given as arrays, a step a day.

It clears the recovered before the step's transmission, so recovery is put one day later, that everybody has as many tries
as elsewhere; waits are exponential of the rate that makes them geometric by whole days. Its seeds are drawn one by one,
100 on average.
"""

import math

from workload import SEEDS, SILENT, TOLD, Task, imported

seconds, ss, np = imported("starsim", "numpy")
task = Task(seconds)
ss.options(verbose=0)


class Friends(ss.Network):
    def init_post(self):
        super().init_post()
        pairs = task.load("pairs")
        self.append({"p1": pairs[:, 0], "p2": pairs[:, 1], "beta": np.ones(len(pairs))})

    def step(self):
        pass


class Talk(ss.SIR):
    def set_progression(self, uids):
        super().set_progression(uids)
        self.ti_recovered[uids] += 1


talk = Talk(beta=ss.probperday(TOLD), init_prev=ss.bernoulli(p=SEEDS / task.people), p_death=ss.bernoulli(p=0),
            dur_inf=ss.expon(scale=ss.days(-1 / math.log(1 - SILENT))))
sim = ss.Sim(n_agents=task.people, diseases=talk, networks=Friends(), dt=ss.days(1), start=ss.days(0),
             stop=ss.days(task.steps), rand_seed=task.seed, verbose=0)
sim.init()
task.time(sim.run, share_timed=task.steps / len(sim.t.tvec))
task.answer(1 - float(sim.diseases[0].susceptible.sum()) / task.people, ss.__version__)
