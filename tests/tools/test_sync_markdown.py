"""MyST becomes Markdown that Colab shows, and whatever has no such form is refused with its line."""

import pytest


def test_label_becomes_an_anchor_of_its_own(repository):
    assert repository.markdown("(Item_B01)=\n## Title\n") == '<a id="item-b01"></a>\n\n## Title'


def test_label_before_a_paragraph_stays_apart_from_it(repository):
    assert repository.markdown("(here)=\nText\n") == '<a id="here"></a>\n\nText'


def test_comments_and_cell_breaks_disappear(repository):
    path = repository.chapter("One\n% unseen\ntwo\n\n+++\n\nThree\n")
    assert [cell.text for cell in repository.cells(path)][:2] == ["One\ntwo", "Three"]


@pytest.mark.parametrize(
    ("opening", "title"),
    [
        ("note", "Note"),
        ("tip", "Tip"),
        ("warning", "Warning"),
        ("important", "Important"),
        ("seealso", "See also"),
        ("hint", "Hint"),
        ("admonition} Predict $x_t$", "Predict $x_t$"),
    ],
)
@pytest.mark.parametrize("fence", [":::", "```", "~~~"])
def test_admonition_becomes_a_quotation(repository, opening, title, fence):
    opening = opening if "}" in opening else opening + "}"
    text = repository.markdown(f"Before\n{fence}{{{opening}\n:class: predict\n\nOne\n\ntwo\n{fence}\nafter\n")
    assert text == f"Before\n\n> **{title}**\n>\n> One\n>\n> two\n\nafter"


def test_words_on_the_opening_line_belong_to_the_body(repository):
    assert repository.markdown(":::{note} One\ntwo\n:::\n") == "> **Note**\n>\n> One\n> two"


@pytest.mark.parametrize(
    "opening",
    [
        "{dropdown} More `x<y`\n:open:",
        "{admonition} More `x<y`\n:class: tip dropdown",
        "{admonition} More `x<y`\n---\nclass: dropdown\n---",
    ],
)
def test_folded_text_becomes_details(repository, opening):
    expected = "<details>\n<summary>More <code>x&lt;y</code></summary>\n\n**Bold** text\n\n</details>"
    assert repository.markdown(f":::{opening}\n**Bold** text\n:::\n") == expected


def test_nested_admonitions(repository):
    text = repository.markdown("::::{note}\nOuter\n:::{tip}\nInner\n:::\nlast\n::::\n")
    assert text == "> **Note**\n>\n> Outer\n>\n> > **Tip**\n> >\n> > Inner\n>\n> last"


def test_details_inside_a_quotation_inside_details(repository):
    text = repository.markdown(
        ":::::{dropdown} A\n::::{note}\n:::{dropdown} B\nDeep\n:::\n::::\n:::::\n",
    )
    inner = "> **Note**\n>\n> <details>\n> <summary>B</summary>\n>\n> Deep\n>\n> </details>"
    assert text == f"<details>\n<summary>A</summary>\n\n{inner}\n\n</details>"


def test_admonition_inside_a_list_keeps_the_indentation(repository):
    text = repository.markdown("- item\n\n  ```{note}\n  Text\n  ```\n- next\n")
    assert text == "- item\n\n  > **Note**\n  >\n  > Text\n\n- next"


def test_admonition_that_begins_a_list_item(repository):
    assert repository.markdown("- ```{note}\n  Text\n  ```\n") == "- > **Note**\n  >\n  > Text"


def test_admonition_with_a_name_can_be_linked(repository):
    text = repository.markdown(":::{tip}\n:name: Advice\nText\n:::\n\nSee [it](#advice).\n")
    assert text == '<a id="advice"></a>\n\n> **Tip**\n>\n> Text\n\nSee [it](#advice).'


@pytest.mark.parametrize(
    "code",
    [
        "```python\n(label)=\n% comment\n{eq}`x` [a](#b)\n$$ x $$ (y)\n```",
        "````md\n```{figure} x\n```\n````",
        "~~~\n+++\n~~~",
        "    {ref}`indented`",
        "- item\n\n  ```\n  {cite}`nobody`\n  ```",
        "`` {cite}`nobody` `` and `[a](#nowhere)` and `{{ x }}`",
        r"Cost \$5, \{a\}, $\{x\}_{.a}$ and $[a](#b)$",
        "<!-- {ref}`x` -->",
        "\\begin{align}\na &= b \\\\\n  &= c\n\\end{align}",
        "| a | b |\n| --- | --- |\n| `x|y` | $h_t$ |",
        "![a plot](https://example.org/a.png)",
    ],
)
def test_code_formulas_and_plain_markdown_are_not_touched(repository, code):
    assert repository.markdown(f"Start\n\n{code}\n\nend\n") == f"Start\n\n{code}\n\nend"


def test_labelled_equations_count_in_order_and_are_cited_by_number(repository):
    text = repository.markdown(
        "See {eq}`late`.\n\n$$\na = b\n$$ (early)\n\n$$ c $$\n\n```{math}\n:label: late\nd\n```\n\nand {eq}`early`.\n",
    )
    assert text == "See (2).\n\n$$\na = b \\tag{1}\n$$\n\n$$ c $$\n\n$$\nd \\tag{2}\n$$\n\nand (1)."


def test_equation_on_one_line_and_in_a_list(repository):
    assert repository.markdown("- x\n\n  $$ a $$ (one)\n\n  $$\n  b\n  $$ (two)\n") == (
        "- x\n\n  $$ a \\tag{1} $$\n\n  $$\n  b \\tag{2}\n  $$"
    )


def test_equation_of_several_lines_is_aligned_as_the_book_does(repository):
    text = repository.markdown("$$\na &= b \\\\\n&= c\n$$ (e)\n")
    assert text == "$$\n\\begin{aligned}\na &= b \\\\\n&= c\n\\end{aligned} \\tag{1}\n$$"


def test_equation_in_a_quotation_keeps_the_marks_out_of_the_formula(repository):
    assert repository.markdown(":::{note}\n$$\na\n= b\n$$\n:::\n") == "> **Note**\n>\n> $$ a = b $$"
    assert repository.markdown("> Look\n>\n> $$\n> a\n> $$\n>\n> on\n") == "> Look\n>\n> $$ a $$\n>\n> on"


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("{cite:t}`pascanu2013`", "Pascanu et al. (2013)"),
        ("{cite:t}`hochreiter1997`", "Hochreiter and Schmidhuber (1997)"),
        ("{cite:p}`elman1990`", "(Elman, 1990)"),
        ("{cite}`elman1990, pascanu2013`", "(Elman, 1990; Pascanu et al., 2013)"),
        ("{cite:t}`elman1990,pascanu2013`", "Elman (1990), Pascanu et al. (2013)"),
        ("{term}`gradient`", "gradient"),
        ("{term}`gradients <gradient>`", "gradients"),
        ("**{term}`state`** $h$", "**state** $h$"),
    ],
)
def test_roles(repository, written, plain):
    text = repository.markdown(f"## As {written}\n\n| a |\n| --- |\n| {written} |\n")
    assert text.split("\n\n## References")[0] == f"## As {plain}\n\n| a |\n| --- |\n| {plain} |"


def test_the_last_cell_lists_what_this_file_cites(repository):
    path = repository.chapter(
        "{cite:t}`pascanu2013` and\n\n:::{note} {cite}`elman1990`\n:::\n\n```{code-cell}\n1\n```\n"
    )
    text = repository.cells(path)[-1].text
    assert text.startswith("## References\n\n- ")
    bullets = [row for row in text.split("\n") if row.startswith("- ")]
    assert [bullet.split(".")[0] for bullet in bullets] == [
        "- Jeffrey L",
        "- Razvan Pascanu, Tomas Mikolov, and Yoshua Bengio",
    ]
    assert "*Cognitive Science*, 14:179–211, 1990." in bullets[0]
    assert "Hochreiter" not in text


@pytest.mark.parametrize(
    ("target", "address"),
    [
        ("#own", "#own"),
        ("#Own", "#own"),
        ("#the-decks", "https://example-org.github.io/course/book/notation.html#the-decks"),
        ("../notation.md", "https://example-org.github.io/course/book/notation.html"),
        (
            "../notation.md#the-decks-letters",
            "https://example-org.github.io/course/book/notation.html#the-decks-letters",
        ),
        ("04_next.md", "https://example-org.github.io/course/book/chapters/04_next.html"),
        ("04_next.ipynb", "https://example-org.github.io/course/book/chapters/04_next.html"),
        ("../../exercises/03_bptt.ipynb", "https://example-org.github.io/course/exercises/03_bptt.html"),
        (
            "../../exercises/03_bptt.ipynb#the-task",
            "https://example-org.github.io/course/exercises/03_bptt.html#the-task",
        ),
        ("../../README.md#use", "https://github.com/example-org/course/blob/main/README.md#use"),
        ("https://example.org/a_(b)", "https://example.org/a_(b)"),
        ('https://example.org "A title"', 'https://example.org "A title"'),
    ],
)
def test_links(repository, target, address):
    repository.chapter("# Next\n", stem="04_next")
    repository.solution("# Exercise\n\n## The task\n")
    repository.write("README.md", "# Use\n")
    text = repository.markdown(f"(own)=\n# Here\n\nThe [text `code` [x]]({target}).\n")
    assert text.endswith(f"The [text `code` [x]]({address}).")


def test_link_to_the_own_label_of_an_exercise_leads_to_its_page(repository):
    cells = repository.cells(repository.solution("(one)=\n# One\n\n[here](#one)\n"))
    assert cells[0].text.endswith("[here](https://example-org.github.io/course/exercises/03_bptt.html#one)")


@pytest.mark.parametrize(
    ("body", "mistake"),
    [
        ("```{figure} a.png\n```", "8: unknown directive {figure}; allowed: admonition, dropdown, "),
        ("Text\n\n::::{note}\n\n:::{tab-set}\n:::\n::::", "12: unknown directive {tab-set}; allowed: "),
        ("- a\n\n  ```{code-cell} python\n  1\n  ```", "10: a {code-cell} must stand at the left margin"),
        ("One\ntwo {ref}`x`", "9: unknown role {ref}; allowed: cite, cite:p, cite:t, eq, term"),
        (":::{tip} A\n:class: x\n\n{doc}`x`\n:::", "11: unknown role {doc}; allowed: "),
        (":::{tip}\n:class: x\n{doc}`x`\n:::", "10: unknown role {doc}; allowed: "),
        (":::{admonition}\nText\n:::", "8: an {admonition} needs a title; expected {admonition} Title"),
        ("a {cite}`elman1990,\nnobody`", "8: no reference nobody in book/references.bib"),
        ("a\nb {eq}`none`", "9: no equation is labelled (none) in this file"),
        ("$$ a $$ (e)\n\n$$ b $$ (e)", "10: two equations are labelled (e)"),
        ("a\nb [c](#none)", "9: no label (none)= in this page or in the book"),
        ("[c](none.md)", "8: the link leads to none.md, and there is no such file in the repository"),
        ("[c](../../../etc)", "8: the link leads to ../../../etc, and there is no such file in the repository"),
        ("![c](none.png)", "8: the link leads to none.png, and there is no such file in the repository"),
        (
            "[c](../notation.md#the-decks)",
            "8: no heading #the-decks in book/notation.md; to reach a label (in whatever page) write [text](#the-decks)",
        ),
        ("[](#x)", "8: the link to #x has no text; expected [text](target)"),
        ("[a](doc:x)", "8: unknown kind of link doc:x; expected a path, #label or https address"),
        (
            "Text [a].\n\n[a]: https://example.org",
            "10: the link [a] is defined apart from its use; expected [text](target)",
        ),
        ("Text\n$$ x $$", "9: $$ inside a paragraph; put an empty line before the formula"),
        ("a {{ name }}", "8: {{ name }} means nothing in a notebook; write plain Markdown"),
        ("{.big}\nText", "8: {.big} means nothing in a notebook; write plain Markdown"),
        ("```python\nx", "8: this fence is never closed; expected a line ```"),
        (":::{note}\n:class: [\nx\n:::", "8: the options of {note} cannot be read: "),
        ("(a)=\n# A\n\n(A)=\n# B", "11: the label (a)= stands already in book/chapters/03_bptt.md:8"),
    ],
)
def test_what_is_refused(repository, body, mistake):
    assert repository.mistake(repository.chapter(body + "\n")).startswith(f"book/chapters/03_bptt.md:{mistake}")


def test_a_label_in_two_pages_is_refused(repository):
    path = repository.chapter("# A\n\n[x](#the-decks)\n")
    repository.write("book/other.md", "(the-decks)=\n# Other\n")
    assert repository.mistake(path) == "book/other.md:1: the label (the-decks)= stands already in book/notation.md:3"


def test_a_labelled_equation_of_several_lines_is_refused_in_an_exercise(repository):
    path = repository.solution("$$\na \\\\\nb\n$$ (e)\n")
    assert (
        repository.mistake(path) == "solutions/03_bptt.md:8: in an exercise an equation with \\\\ cannot have a label"
    )
