"""Print what proposals find in the public shapes: ``python -m tests.mapping.suggest``."""

from collections import Counter

from tests.mapping.suggest.support import judge, truths


def main() -> None:
    """A line for each shape, and the recall of each row."""
    right, to_find = Counter[str](), Counter[str]()
    print(f"{'shape':34}{'events':>7}{'right':>7}{'open':>6}{'wrong':>7}  open")
    for shape in truths():
        judged = judge(shape)
        right.update(judged.right)
        to_find.update([*judged.right, *judged.open])
        counts = f"{judged.events:>7}{len(judged.right):>7}{len(judged.open):>6}"
        print(f"{shape:34}{counts}{len(judged.wrong):>7}  {' '.join(sorted(judged.open))}")
    print(f"\n{'row':24}{'right':>7}{'of':>5}")
    for row, number in to_find.most_common():
        print(f"{row:24}{right[row]:>7}{number:>5}")
    print(f"{'all':24}{right.total():>7}{to_find.total():>5}")


if __name__ == "__main__":
    main()
