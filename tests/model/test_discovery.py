import keras_tuner as kt
import pytest

from sweep.model.discovery import MOST_VISITS, explore


def names(parameters):
    return [one.name for one in parameters]


def test_the_layers_of_a_loop_are_all_met():
    def visit(hp):
        for index in range(hp.Int("depth", 1, 4)):
            hp.Int(f"units_{index}", 8, 512)

    assert names(explore(kt.HyperParameters, visit)) == ["depth", "units_0", "units_1", "units_2", "units_3"]


def test_every_branch_of_a_choice_or_boolean_is_met_and_branches_in_it():
    def visit(hp):
        kind = hp.Choice("kind", ["a", "b", "c"])
        if kind == "b" and hp.Boolean("deep", default=True) is False:
            hp.Float("only_b_and_shallow", 0.0, 1.0)
        if kind == "c":
            hp.Fixed("only_c", 1)

    assert set(names(explore(kt.HyperParameters, visit))) == {"kind", "deep", "only_b_and_shallow", "only_c"}


def test_a_value_that_was_hidden_by_another_change_is_tried_alone():
    def visit(hp):
        if hp.Choice("a", ["x", "y"]) == "x" and hp.Choice("b", ["x", "y"]) == "y":
            hp.Float("only_ax_by", 0.0, 1.0)

    assert "only_ax_by" in names(explore(kt.HyperParameters, visit))


def test_every_conditional_scope_is_entered_once():
    def visit(hp):
        count = hp.Int("count", 1, 50)
        for wanted in (7, 40):
            with hp.conditional_scope("count", [wanted]):
                if count == wanted and hp.Choice(f"kind_{wanted}", ["p", "q"]) == "q":
                    hp.Int(f"inner_{wanted}", 1, 3)

    parameters = explore(kt.HyperParameters, visit)
    assert set(names(parameters)) == {"count", "kind_7", "kind_40", "inner_7", "inner_40"}
    inner = next(one for one in parameters if one.name == "inner_40")
    assert [(condition.name, condition.values) for condition in inner.conditions] == [("count", [40])]


def test_large_numbers_are_not_tried_at_their_largest():
    visited = []

    def visit(hp):
        visited.append((hp.Int("units", 8, 512), hp.Choice("size", [16, 64]), hp.Int("depth", 1, 5)))

    explore(kt.HyperParameters, visit)
    assert visited == [(8, 16, 1), (8, 16, 5)]


def test_what_is_declared_beforehand_is_explored_too_with_defaults_for_what_becomes_active():
    def declare():
        hp = kt.HyperParameters()
        hp.Choice("optimizer", ["adam", "sgd"])
        with hp.conditional_scope("optimizer", ["sgd"]):
            hp.Float("momentum", 0.5, 0.9)
        return hp

    visited = []

    def visit(hp):
        visited.append(dict(hp.values))
        if hp.Choice("optimizer", ["adam", "sgd"]) == "sgd":
            hp.Boolean("nesterov")

    assert set(names(explore(declare, visit))) == {"optimizer", "momentum", "nesterov"}
    assert visited[:2] == [{"optimizer": "adam"}, {"optimizer": "sgd", "momentum": 0.5}]


def test_the_first_of_two_domains_counts():
    def visit(hp):
        hp.Int("units", 1, 9 if hp.Boolean("large") else 5)

    parameters = explore(kt.HyperParameters, visit)
    assert [(one.name, getattr(one, "max_value", None)) for one in parameters] == [("large", None), ("units", 5)]


def test_the_first_visit_must_succeed_and_a_later_one_need_not():
    def visit(hp):
        if hp.Choice("kind", ["good", "bad"]) == bad:
            hp.Float("met_before_the_failure", 0.0, 1.0)
            raise ValueError("too deep")

    bad = "bad"
    assert names(explore(kt.HyperParameters, visit)) == ["kind", "met_before_the_failure"]
    bad = "good"
    with pytest.raises(ValueError, match="too deep"):
        explore(kt.HyperParameters, visit)


def test_names_without_an_end_come_to_one():
    visits = []

    def visit(hp):
        visits.append(None)
        hp.Boolean(f"flag_{len(visits)}")

    assert len(explore(kt.HyperParameters, visit)) == len(visits) == MOST_VISITS
