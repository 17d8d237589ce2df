import pytest
from pydantic import TypeAdapter, ValidationError

from sweep.space.definition import Space
from sweep.space.load import dump_space, load_space
from sweep.space.quantities import Duration, Size, size_in_words

SIZE = TypeAdapter(Size)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (500, 500),
        ("500", 500),
        ("500 b", 500),
        ("1.5kB", 1500),
        ("500MB", 500_000_000),
        ("2gb", 2_000_000_000),
        (" 2 GiB ", 2 * 1024**3),
        ("0.5 TB", 500_000_000_000),
        ("3MiB", 3 * 1024**2),
    ],
)
def test_sizes_are_bytes(written, expected):
    assert SIZE.validate_python(written, strict=True) == expected


@pytest.mark.parametrize(
    ("count", "words"),
    [(1, "1"), (1500, "1500"), (16_000_000_000, "16GB"), (20 * 1024**3, "20GiB"), (1_500_000, "1500kB")],
)
def test_a_size_in_words_is_short_and_exact(count, words):
    assert size_in_words(count) == words
    assert SIZE.validate_python(words, strict=True) == count


@pytest.mark.parametrize("written", ["2 XB", "GB", "-1", "1e3", "", "9" * 400 + "GB", "1.GB", "２GB"])
def test_what_is_no_size_is_refused_with_examples(written):
    with pytest.raises(ValidationError, match="is no size; write for example 500MB, 2GB or 2GiB"):
        SIZE.validate_python(written, strict=True)


@pytest.mark.parametrize("written", [0, -5, "0MB", True, 1.5, None])
def test_a_size_is_a_whole_number_of_bytes_above_zero(written):
    with pytest.raises(ValidationError):
        SIZE.validate_python(written, strict=True)


@pytest.mark.parametrize("written", ["8x", "h", "9" * 400, "1 GB", "5M"])
def test_what_is_no_duration_is_refused_with_examples(written):
    with pytest.raises(ValidationError, match="is no duration; write for example 90s, 15m, 8h or 1d"):
        TypeAdapter(Duration).validate_python(written, strict=True)


def test_limits_of_a_model_survive_being_written_and_read(tmp_path):
    limits = {"max_parameters": 5_000_000, "max_memory": "1.5GB"}
    space = Space.model_validate({"name": "x", "data": {"source": "digits"}, **limits})
    (tmp_path / "x.yaml").write_text(dump_space(space))
    again = load_space(tmp_path / "x.yaml")
    assert (again.max_parameters, again.max_memory) == (5_000_000, 1_500_000_000)
    assert again == space


def test_without_limits_only_memory_has_one_and_it_is_the_same_on_every_machine(tmp_path):
    space = Space.model_validate({"name": "x", "data": {"source": "digits"}})
    assert (space.max_parameters, space.max_memory) == (None, 16_000_000_000)
    (tmp_path / "x.yaml").write_text(dump_space(space))
    assert load_space(tmp_path / "x.yaml") == space
