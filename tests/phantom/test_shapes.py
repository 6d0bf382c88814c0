"""Path lengths through solids, against what geometry says."""

from __future__ import annotations

import numpy as np
import pytest

from thoracite.phantom.clouds import Cloud, cover_ball, fill_plate, fill_tube, project_cloud, sweep_tube
from thoracite.phantom.shapes import (
    Bowl,
    Camera,
    Ellipsoid,
    Span,
    Sweep,
    clip_span,
    measure_span,
    measure_union,
    turn_matrix,
)

FAR = Camera(size=65, field=26.0, focus=(0.0, -1e4, 0.0), plate=0.0)
"""Rays that are as good as parallel; the middle pixel looks at the origin."""


def test_ball_has_its_chords_and_its_volume() -> None:
    chords = measure_span(Ellipsoid((0.0, 0.0, 0.0), (5.0, 5.0, 5.0)).cut(FAR.cast_rays()))
    assert chords[32, 32] == pytest.approx(10, abs=0.01)
    assert chords[32, 32 + 10] == pytest.approx(2 * np.sqrt(25 - 4.0**2), abs=0.02)
    assert chords.sum() * FAR.pitch**2 == pytest.approx(4 / 3 * np.pi * 125, rel=0.01)


def test_turned_ellipsoid_keeps_its_volume_and_leans() -> None:
    chords = measure_span(Ellipsoid((0.0, 0.0, 0.0), (7.0, 3.0, 2.0), (0.0, 0.6, 0.0)).cut(FAR.cast_rays()))
    assert chords.sum() * FAR.pitch**2 == pytest.approx(4 / 3 * np.pi * 42, rel=0.01)
    rows, columns = np.nonzero(chords)
    assert np.corrcoef(rows, columns)[0, 1] > 0.5  # its left end is lower


def test_cone_beam_magnifies_what_is_near_the_focus() -> None:
    near, far = (
        Camera(size=128, field=40.0, focus=(0.0, focus, 0.0), plate=15.0 if focus < 0 else -15.0)
        for focus in (100.0, -180.0)
    )
    ball = Ellipsoid((0.0, 8.0, 0.0), (4.0, 4.0, 4.0))  # in front, like the heart
    widths = [(measure_span(ball.cut(camera.cast_rays())) > 0).any(axis=0).sum() for camera in (near, far)]
    assert widths[0] > 1.1 * widths[1]


def test_union_counts_an_overlap_once_and_empty_spans_not_at_all() -> None:
    spans = [Span(np.array([[a]]), np.array([[b]])) for a, b in ((0.0, 4.0), (3.0, 5.0), (9.0, 8.0), (7.0, 8.0))]
    assert measure_union(spans)[0, 0] == 6
    assert measure_union(spans, Span(np.array([[1.0]]), np.array([[7.5]])))[0, 0] == 4.5
    assert measure_union(spans[2:3])[0, 0] == 0
    assert measure_span(clip_span(spans[0], spans[3]))[0, 0] == 0


def test_sweep_of_one_ellipse_is_a_cylinder() -> None:
    tube = Sweep(np.array([-6.0, 6.0]), np.array([[1.0, 2.0, 3.0, 4.0]] * 2))
    chords = measure_span(tube.cut(FAR.cast_rays()))
    assert chords.sum() * FAR.pitch**2 == pytest.approx(np.pi * 12 * 12, rel=0.05)
    assert tube.holds(np.array([[1.0, 2.0, 0.0], [4.1, 2.0, 0.0], [1.0, 2.0, 6.1]])).tolist() == [True, False, False]


def test_bowl_holds_what_it_cuts() -> None:
    bowl, rays = Bowl((1.0, 2.0, -3.0), (0.1, 0.05)), FAR.cast_rays()
    span = bowl.cut(rays)
    inside = measure_span(span) > 0
    depth = ((span.near + span.far) / 2)[inside]
    points = np.stack([(rays.slope_x[inside] * depth + rays.start_x[inside]), depth,
                       (rays.slope_z[inside] * depth + rays.start_z[inside])], axis=1)  # fmt: skip
    assert inside.any()
    assert not inside.all()
    assert bowl.holds(points).all()


@pytest.mark.parametrize("camera", [Camera(), Camera(focus=(6.0, 100.0, 9.0), plate=-15.0, aim=(1.0, -2.0), roll=0.1)])
def test_points_fall_where_the_rays_pass(camera: Camera) -> None:
    ball = Ellipsoid((6.0, -4.0, 7.0), (0.8, 0.8, 0.8))
    rows, columns = np.nonzero(measure_span(ball.cut(camera.cast_rays())))
    column, row, _ = camera.project(np.array([ball.center], dtype=np.float32))
    assert (column[0] - 0.5, row[0] - 0.5) == pytest.approx((columns.mean(), rows.mean()), abs=0.3)


def test_a_cloud_casts_the_shadow_of_the_solid() -> None:
    line = np.array([[0.0, 0.0, -5.0], [0.0, 0.0, 5.0]])
    shadow = project_cloud(fill_tube(line, 2.0, step=0.1), FAR)
    assert shadow.sum() * FAR.pitch**2 == pytest.approx(np.pi * 4 * 10, rel=0.01)
    assert shadow[28:36, 28:36].mean() == pytest.approx(3.8, rel=0.15)


def test_walls_have_their_volume_and_are_brightest_at_the_edge() -> None:
    tube = sweep_tube(np.array([[0.0, 0.0, -4.0], [0.0, 0.0, 4.0]]), 3.0, wall=0.1, step=0.1)
    assert tube.mass.sum() == pytest.approx(2 * np.pi * 3 * 0.1 * 8, rel=0.01)
    shadow = project_cloud(tube, FAR)[30:34].mean(axis=0)
    assert shadow.argmax() in {32 - 7, 32 - 8, 32 + 7, 32 + 8}
    assert cover_ball(np.zeros(3), 2.0, wall=0.1, step=0.2).mass.sum() == pytest.approx(16 * np.pi * 0.1, rel=1e-3)
    plate = fill_plate(np.array([[0.0, 0, 0], [3, 0, 0], [0, 0, 4]]), 0.5, step=0.1)
    assert plate.mass.sum() == pytest.approx(3.0)


def test_points_outside_the_image_are_left_out() -> None:
    cloud = Cloud(np.array([[0.0, 0, 0], [40, 0, 0]], dtype=np.float32), np.ones(2, dtype=np.float32))
    assert project_cloud(cloud, FAR).sum() * FAR.pitch**2 == pytest.approx(1)


def test_turning_is_a_rotation() -> None:
    matrix = turn_matrix((0.3, -0.2, 1.1))
    assert np.allclose(matrix @ matrix.T, np.eye(3))
    assert np.linalg.det(matrix) == pytest.approx(1)
