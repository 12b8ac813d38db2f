"""The pairs of a sparse market by minimum-cost flow, with OR-Tools (cost-scaling push-relabel, in integers).

Small markets where everybody has one place are solved as assignments, which is faster there.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow
from scipy.sparse import csr_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from services.matching.engine.market import SMALL, Places, Which, Whole, few


class Arcs(NamedTuple):
    """Pairs that may be made, and their scores."""

    mentors: Which
    mentees: Which
    scores: Whole

    def pick(self, which: NDArray[np.bool_] | Which) -> "Arcs":
        """Some of them."""
        return Arcs(*(column[which] for column in self))


class Unsolvable(Exception):
    """The solver did not find an optimum; it names its reason."""


def best(arcs: Arcs, mentors: Places, mentees: Places) -> NDArray[np.bool_]:
    """Which arcs a solution of the highest value uses: scores of its pairs plus the bonus of everybody in one.

    Everybody has one edge to their first place, worth the bonus, and one to all others, worth nothing.
    Raises Unsolvable when costs are too large for the solver.
    """
    if _is_assignment(arcs, mentors, mentees):
        return _assigned(arcs, mentors, mentees)
    graph = SimpleMinCostFlow()
    source, sink = len(mentors.room), len(mentors.room) + 1
    pairs = _add(graph, arcs.mentors, arcs.mentees + sink + 1, np.ones_like(arcs.scores), -arcs.scores)
    for first, places in ((True, 1), (False, 0)):
        for room, bonus, shift in ((*mentors, 0), (*mentees, sink + 1)):
            capacity = np.minimum(room, 1) if first else room - 1
            who = np.flatnonzero(capacity > 0)
            ends = (np.full_like(who, source), who) if not shift else (who + shift, np.full_like(who, sink))
            _add(graph, *ends, capacity[who], -bonus[who] * places)
    total = int(min(mentors.room.sum(), mentees.room.sum()))
    graph.add_arc_with_capacity_and_unit_cost(source, sink, total, 0)
    graph.set_node_supply(source, total)
    graph.set_node_supply(sink, -total)
    return _solved(graph, pairs)


def _is_assignment(arcs: Arcs, mentors: Places, mentees: Places) -> bool:
    """Whether everybody has one place at most, few meet few, and sums along any path are exact in doubles."""
    sides = mentors, mentees
    single = all(side.room.max(initial=0) <= 1 for side in sides)
    dearest = int(np.abs(arcs.scores).max(initial=0)) + sum(int(side.bonus.max(initial=0)) for side in sides)
    return len(arcs.scores) > 0 and few(mentors, mentees) and single and dearest * SMALL < 2**53


def _assigned(arcs: Arcs, mentors: Places, mentees: Places) -> NDArray[np.bool_]:
    """The same with SciPy (Jonker and Volgenant), several times as fast. Mentors may also stay alone, for nothing."""
    worth = arcs.scores + mentors.bonus[arcs.mentors] + mentees.bonus[arcs.mentees]
    useful = (worth > 0) & (mentors.room[arcs.mentors] > 0) & (mentees.room[arcs.mentees] > 0)
    everybody, dearest = np.arange(len(mentors.room)), worth.max(initial=0) + 1
    rows = np.concatenate([arcs.mentors[useful], everybody])
    columns = np.concatenate([arcs.mentees[useful], everybody + len(mentees.room)])
    costs = np.concatenate([dearest - worth[useful], np.full_like(everybody, dearest)]).astype(np.float64)
    ours, theirs = min_weight_full_bipartite_matching(csr_array((costs, (rows, columns))))
    partner = np.empty_like(everybody)
    partner[ours] = theirs
    used: NDArray[np.bool_] = useful & (partner[arcs.mentors] == arcs.mentees)
    return used


def _add(graph: SimpleMinCostFlow, tails: Which, heads: Which, capacities: Whole, costs: Whole) -> NDArray[np.intp]:
    added: NDArray[np.intp] = graph.add_arcs_with_capacity_and_unit_cost(tails, heads, capacities, costs)
    return added


def _solved(graph: SimpleMinCostFlow, pairs: NDArray[np.intp]) -> NDArray[np.bool_]:
    status = graph.solve()
    if status != graph.OPTIMAL:
        raise Unsolvable(str(status))
    used: NDArray[np.bool_] = graph.flows(pairs) > 0
    return used


def between(arcs: Arcs, mentors: tuple[Whole, Whole], mentees: tuple[Whole, Whole], costs: Whole) -> NDArray[np.bool_]:
    """Which arcs the cheapest solution uses that gives everybody as many partners as (at least, at most) says.

    Raises Unsolvable when there is none.
    """
    graph = SimpleMinCostFlow()
    (least, most), (their_least, their_most) = mentors, mentees
    source, sink = len(least), len(least) + 1
    shift = sink + 1
    everybody, all_mentees = np.arange(len(least)), np.arange(len(their_least)) + shift
    pairs = _add(graph, arcs.mentors, arcs.mentees + shift, np.ones_like(costs), costs)
    _add(graph, np.full_like(everybody, source), everybody, most - least, 0 * most)
    _add(graph, all_mentees, np.full_like(all_mentees, sink), their_most - their_least, 0 * their_most)
    extra = int(their_most.sum())
    taken = extra + int(least.sum()) - int(their_least.sum())
    graph.add_arc_with_capacity_and_unit_cost(source, sink, extra + int(least.sum()), 0)
    graph.set_nodes_supplies(everybody, least)
    graph.set_nodes_supplies(all_mentees, -their_least)
    graph.set_node_supply(source, extra)
    graph.set_node_supply(sink, -taken)
    return _solved(graph, pairs)
