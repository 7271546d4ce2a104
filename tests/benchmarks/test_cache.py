"""The table of answers given again, out of runs."""

from benchmarks.cache import Run, Way, show_cache


def test_the_table_holds_each_way_against_the_answers_given_again() -> None:
    again, anew = Way("given again", "recado", True, 300), Way("made anew", "recado", False, 300)
    runs = [
        Run(again, 4.0, 9.0, 2.0),
        Run(anew, 20.0, 30.0, 5.0),
        Run(again, 6.0, 11.0, 2.0),
        Run(anew, 10.0, 30.0, 5.0),
    ]
    _, first, second = show_cache(runs).splitlines()
    assert first.split() == ["given", "again", "5.0", "10.0", "2.0", "1.00", "1.00", "300"]
    assert second.split() == ["made", "anew", "15.0", "30.0", "5.0", "3.00", "2.50", "300"]


def test_without_proc_no_cpu_is_told() -> None:
    (line,) = show_cache([Run(Way("given again", "recado", True, 5), 4.0, 9.0, None)]).splitlines()[1:]
    assert line.split() == ["given", "again", "4.0", "9.0", "-", "1.00", "-", "5"]
