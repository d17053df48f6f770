"""The drawn network: where things lie, what they look like, and what the mouse reads."""

import dataclasses
import itertools

import numpy as np
import pytest
import torch
from PySide6.QtCore import QPoint, QPointF, QRectF
from PySide6.QtGui import QColor, QFontMetricsF
from PySide6.QtTest import QTest

from regplay.gui.network.graph_layout import GraphLayout, UnitPlace
from regplay.gui.network.network_graph import NetworkGraph, column_titles
from regplay.gui.theme import DARK, LIGHT, palette_of


@pytest.fixture
def graph(show_widget) -> NetworkGraph:
    return show_widget(NetworkGraph(), 430, 400)


@pytest.fixture
def show(graph, make_internals, make_dataset):
    def show(layers, **values):
        inputs, outputs = layers[0][0].shape[1], len(layers[-1][1])
        graph.set_dataset(make_dataset(inputs, 0 if outputs == 1 else outputs))
        graph.set_picture(make_internals(layers, **values).picture)
        return graph.layout_of()

    return show


def hover(graph: NetworkGraph, x: float, y: float) -> None:
    QTest.mouseMove(graph, QPoint(1, 1))
    QTest.mouseMove(graph, QPoint(round(x), round(y)))


def color_at(graph: NetworkGraph, x: float, y: float) -> QColor:
    return graph.grab().toImage().pixelColor(round(x), round(y))


def is_blue(color: QColor) -> bool:
    return color.blue() > color.red() + 60


def is_orange(color: QColor) -> bool:
    return color.red() > color.blue() + 60


# where things lie


@pytest.mark.parametrize("sizes", [(2, 16, 16, 16, 2), (1, 8, 1), (16, 3, 10), (1, 1), (2, 1, 1)])
def test_units_lie_inside_and_apart(sizes) -> None:
    area = QRectF(60, 20, 320, 370)
    layout = GraphLayout(sizes, area)
    room = area.adjusted(-24, 0, 24, 0)
    rects = [
        layout.unit_rect(UnitPlace(column, index))
        for column, size in enumerate(sizes)
        for index in range(size)
    ]
    assert all(room.contains(rect) for rect in rects)
    for index, rect in enumerate(rects):
        assert rect.width() >= 12
        assert not any(rect.intersects(other) for other in rects[:index])


def test_links_are_in_the_order_of_the_weights_and_end_at_their_units() -> None:
    layout = GraphLayout((2, 3, 1), QRectF(30, 20, 300, 300))
    assert layout.layers.tolist() == [0] * 6 + [1] * 3
    assert layout.targets.tolist() == [0, 0, 1, 1, 2, 2, 0, 0, 0]
    assert layout.sources.tolist() == [0, 1, 0, 1, 0, 1, 0, 1, 2]
    for link, curve in enumerate(layout.curves):
        column = layout.layers[link]
        source = layout.unit_rect(UnitPlace(column, layout.sources[link]))
        target = layout.unit_rect(UnitPlace(column + 1, layout.targets[link]))
        np.testing.assert_allclose(curve[0], [source.right(), source.center().y()], atol=1)
        np.testing.assert_allclose(curve[-1], [target.left(), target.center().y()], atol=1)


def test_the_nearest_link_is_found_and_none_far_away() -> None:
    layout = GraphLayout((2, 3, 1), QRectF(30, 20, 300, 300))
    widths = np.full(len(layout.curves), 2.0)
    for link in range(9):
        x, y = layout.curves[link][4]  # where it crosses no other
        assert layout.link_at(QPointF(x, y), widths) == link
        assert layout.link_at(QPointF(x, y - 2), widths) == link
    assert layout.link_at(QPointF(180, 2), widths) is None


# widths and colours


def test_the_thickest_link_is_that_of_the_largest_weight(graph, show, make_layers) -> None:
    layers = make_layers(2, 4, 1)
    layers[0][0][2, 1] = -3.0
    layout = show(layers)
    widths, thickest = graph.links.widths, int(graph.links.widths.argmax())
    assert (widths == widths[thickest]).sum() == 1
    assert (layout.layers[thickest], layout.targets[thickest], layout.sources[thickest]) == (
        0,
        2,
        1,
    )
    sizes = np.abs(graph.links.weights)
    assert (np.diff(widths[np.argsort(sizes)]) >= 0).all()


def painted_height(graph: NetworkGraph, x: float, y: float) -> int:
    """How many pixels above and below a point are not ground."""
    image, ground = graph.grab().toImage(), QColor(graph.frame().colors.background)
    column = [image.pixelColor(round(x), round(y) + dy) for dy in range(-12, 13)]
    return sum(abs(color.lightness() - ground.lightness()) > 8 for color in column)


@pytest.mark.parametrize("colors", [LIGHT, DARK])
def test_width_and_colour_are_painted(graph, show, colors) -> None:
    # One unit a column: straight links, with nothing to cross.
    layers = [
        (torch.tensor([[1.0]]), torch.zeros(1)),
        (torch.tensor([[-0.5]]), torch.zeros(1)),
        (torch.tensor([[0.0]]), torch.zeros(1)),
    ]
    graph.setPalette(palette_of(colors))
    layout = show(layers)
    middles = [curve[6] for curve in layout.curves]
    heights = [painted_height(graph, *middle) for middle in middles]
    assert heights[0] >= heights[1] + 2
    assert heights[1] >= heights[2] + 2
    assert heights[2] == 1
    assert is_blue(color_at(graph, *middles[0]))
    assert is_orange(color_at(graph, *middles[1]))
    faint = color_at(graph, *middles[2])
    assert not is_blue(faint)
    assert not is_orange(faint)


def test_widths_rest_while_weights_move_a_little_and_fall_with_them(graph, show) -> None:
    weight = torch.tensor([[1.0, 0.2], [-0.4, 0.6]])
    before = show([(weight, torch.zeros(2))]) and graph.links.widths.copy()

    def widths_of(factor: float) -> np.ndarray:
        picture = graph.picture
        weights = tuple(factor * w for w in picture.weights)
        moved = dataclasses.replace(picture, weights=weights)
        graph.set_picture(moved)
        return graph.links.widths

    np.testing.assert_array_equal(widths_of(0.99), before)
    assert (widths_of(0.3) < before).all()


def test_a_unit_shows_its_activation_over_the_plane(graph, show) -> None:
    # tanh of the second input, which rises upward: blue at the top, orange at the bottom.
    layers = [
        (torch.tensor([[0.0, 5.0]]), torch.zeros(1)),
        (torch.tensor([[-1.0], [1.0]]), torch.zeros(2)),
    ]
    layout = show(layers)
    unit = layout.unit_rect(UnitPlace(1, 0))
    assert is_blue(color_at(graph, unit.center().x(), unit.top() + 3))
    assert is_orange(color_at(graph, unit.center().x(), unit.bottom() - 4))
    first_input = layout.unit_rect(UnitPlace(0, 0))
    assert is_blue(color_at(graph, first_input.right() - 3, first_input.center().y()))
    assert is_orange(color_at(graph, first_input.left() + 3, first_input.center().y()))
    negated = layout.unit_rect(UnitPlace(2, 0))
    assert is_orange(color_at(graph, negated.center().x(), negated.top() + 3))


# the mouse


@pytest.mark.parametrize(
    ("unit", "name"),
    [
        (UnitPlace(0, 1), "in 1"),
        (UnitPlace(1, 2), "layer 1, unit 3"),
        (UnitPlace(2, 0), "kind 0"),
    ],
)
def test_a_unit_under_the_mouse_says_its_name_and_is_enlarged(
    graph, show, make_layers, unit, name
) -> None:
    layout = show(make_layers(2, 4, 2))
    hover(graph, *layout.centres[unit.column][unit.index])
    assert graph.readout.title == name
    assert graph.readout.picture.size >= 120
    assert graph.readout.picture.caption.split() == ["→", "in", "0", "↑", "in", "1"]
    biases = [row.value for row in graph.readout.rows if row.name == "bias"]
    assert biases == ([] if unit.column == 0 else ["0.1"])


def test_a_link_under_the_mouse_says_its_weight(graph, show, make_layers) -> None:
    layers = make_layers(2, 3, 1)
    layers[1][0][0, 1] = -0.4321
    layout = show(layers)
    link = int(np.flatnonzero((layout.layers == 1) & (layout.sources == 1))[0])
    hover(graph, *layout.curves[link][6])
    assert graph.readout.title == "layer 1, unit 2 → height"
    assert graph.readout.picture is None
    (row,) = graph.readout.rows
    assert (row.name, row.value, LIGHT.of(row.color)) == ("weight", "−0.4321", LIGHT.valid)


def test_the_box_follows_training_and_goes_with_the_mouse(
    graph, show, make_internals, make_layers
) -> None:
    layers = make_layers(2, 3, 1)
    layout = show(layers)
    hover(graph, *layout.centres[1][0])
    layers[0][1].fill_(7.5)
    graph.set_picture(make_internals(layers).picture)
    assert graph.readout.rows[0].value == "7.5"
    hover(graph, 3, graph.height() - 3)
    assert graph.readout is None
    hover(graph, *layout.centres[1][0])
    graph.set_picture(None)
    assert graph.readout is None
    assert graph.layout_of() is None


def test_a_moving_mouse_copies_the_picture_and_new_data_draw_it_once(
    graph, show, make_internals, make_layers, draws
) -> None:
    layers = make_layers(2, 5, 2)
    layout = show(layers)
    graph.grab()
    draws.clear()
    for x, y in layout.centres[1]:
        hover(graph, x, y)
        graph.grab()
    assert not draws
    graph.set_picture(make_internals(layers).picture)
    graph.grab()
    graph.grab()
    assert draws == [graph]


@pytest.mark.parametrize("sizes", [(1, 4, 1), (5, 3, 2), (2, 16, 16, 16, 2), (3, 1)])
@pytest.mark.parametrize("size", [(430, 400), (240, 150)])
def test_every_shape_is_drawn_at_every_size(graph, show, make_layers, sizes, size) -> None:
    graph.resize(*size)
    layout = show(make_layers(*sizes))
    unit = UnitPlace(0, 0)
    hover(graph, *layout.centres[0][0])
    assert graph.readout.title == graph.unit_name(unit)
    assert (graph.readout.picture is None) is (sizes[0] > 2)
    QTest.mouseMove(graph, QPoint(1, 1))  # so that its box covers no unit
    ground = QColor(graph.frame().colors.background)
    rect = layout.unit_rect(UnitPlace(len(sizes) - 1, 0))
    assert color_at(graph, rect.left(), rect.top()) != ground


@pytest.mark.parametrize(
    ("width", "expected"),
    [
        (600, ["inputs", "layer 1", "layer 2", "outputs"]),
        (290, ["inputs", "1", "2", "outputs"]),
        (200, ["", "1", "2", ""]),
    ],
)
def test_names_of_columns_have_room_or_give_way(graph, show, make_layers, width, expected) -> None:
    graph.resize(width, 300)
    layout = show(make_layers(2, 4, 4, 2))
    metrics = QFontMetricsF(graph.font())
    found = column_titles(layout, metrics, 1.0)
    assert [title for _, title in found] == expected
    ends = [
        (x - metrics.horizontalAdvance(title) / 2, x + metrics.horizontalAdvance(title) / 2)
        for x, title in found
    ]
    assert all(one[1] < other[0] for one, other in itertools.pairwise(ends) if one[0] < one[1])
