"""Build a plan forwards, compiled: operation by operation in the order of their keys, each at its earliest end.

Each unit (one place of a machine, a person, a piece of a tool) keeps a list of bookings in order of time; an operation
goes into the first gap that its machine, person and tool share within their common open hours. Operations tied by
maximum lags form a group that is placed together: when a lag is missed, the operation before it is moved later and the
group begins anew.
"""

import numpy as np
from numba import types

from mainspring.engines.scheduling.compiling import compiled

# Rows of `operation`.
GROUP_NEXT, EARLIEST, WHOLE, FAMILY, SKILL, TOOL, PIN_START, PIN_MACHINE = range(8)
# Rows of `placed`: start, end, unit of the machine, person, tool, change-over minutes, alternative, when it was ready.
START, END, UNIT, PERSON, PIECE, SETUP, MODE, READY = range(8)
# Rows of `waits`: minutes an operation waited, by what it waited for.
CLOSED, MACHINE, PEOPLE, TOOLS, TIED = range(5)
_TRIES = 400
_FAR = 2**50

_L = types.int64[::1]
_M = types.int64[:, ::1]


@compiled(types.int64(_L, types.int64, types.int64, types.int64))
def _first_after(until, low, high, time):
    """First interval in [low, high) that ends after `time`."""
    while low < high:
        middle = (low + high) // 2
        if until[middle] > time:
            high = middle
        else:
            low = middle + 1
    return low


@compiled(types.UniTuple(types.int64, 2)(_L, _M, types.int64, types.int64, types.int64, types.int64))
def run(hours_start, hours, pair, time, work, whole):
    """Start and end of so much work in the open hours of `pair`, not before `time` (end 2**50: too few)."""
    opens, closes, done = hours[0], hours[1], hours[2]
    low = hours_start[pair]
    high = hours_start[pair + 1]
    k = _first_after(closes, low, high, time)
    if whole:
        while k < high and closes[k] - max(time, opens[k]) < work:
            k += 1
    if k >= high:
        return _FAR, _FAR
    start = max(time, opens[k])
    if closes[k] - start >= work:
        return start, start + work
    # The interval in which the work done from the beginning of all hours reaches start + work.
    goal = done[k] + start - opens[k] + work
    a = k + 1
    b = high
    while a < b:
        middle = (a + b) // 2
        if done[middle] + closes[middle] - opens[middle] >= goal:
            b = middle
        else:
            a = middle + 1
    if a >= high:
        return start, _FAR
    return start, opens[a] + goal - done[a]


@compiled(types.int64(_L, _M, types.int64, types.int64))
def _last_before(tail, booking, unit, time):
    """Last booking of the unit that starts before `time`, -1 when there is none."""
    b = tail[unit]
    while b >= 0 and booking[0, b] >= time:
        b = booking[2, b]
    return b


@compiled(types.void(_L, _L, _M, types.int64, types.int64, types.int64, types.int64))
def _book(head, tail, booking, unit, b, start, end):
    """Enter booking `b` into the list of the unit."""
    booking[0, b] = start
    booking[1, b] = end
    previous = _last_before(tail, booking, unit, start)
    following = head[unit] if previous < 0 else booking[3, previous]
    booking[2, b] = previous
    booking[3, b] = following
    if previous < 0:
        head[unit] = b
    else:
        booking[3, previous] = b
    if following < 0:
        tail[unit] = b
    else:
        booking[2, following] = b


@compiled(types.void(_L, _L, _M, types.int64, types.int64))
def _free(head, tail, booking, unit, b):
    """Take booking `b` out of the list of the unit."""
    previous = booking[2, b]
    following = booking[3, b]
    if previous < 0:
        head[unit] = following
    else:
        booking[3, previous] = following
    if following < 0:
        tail[unit] = previous
    else:
        booking[2, following] = previous


@compiled(types.UniTuple(types.int64, 3)(
    _L, _M, _L, _L, _M, _M, _M, _L, _M, types.int64, types.int64, types.int64, types.int64, types.int64, types.int64,
    types.int64, types.int64, _L,
))  # fmt: skip
def _fit(
    hours_start, hours, head, tail, booking, operation, placed, unit_family, changeover, pair, unit, person, piece, i,
    minutes, ready, limit, causes,
):  # fmt: skip
    """Earliest start, end and change-over of operation i on these units; end 2**50 when not before `limit`.

    causes  [5] minutes waited by reason are added here
    """
    family = operation[3, i]
    whole = operation[2, i]
    t = ready
    previous = _last_before(tail, booking, unit, t + 1)
    before_person = -1 if person < 0 else _last_before(tail, booking, person, t + minutes)
    before_piece = -1 if piece < 0 else _last_before(tail, booking, piece, t + minutes)
    while True:
        # Whoever is before and after on the machine decides the change-over.
        if previous >= 0 and booking[1, previous] > t:
            causes[1] += booking[1, previous] - t
            t = booking[1, previous]
        following = head[unit] if previous < 0 else booking[3, previous]
        while following >= 0 and booking[0, following] - t < minutes:
            causes[1] += max(0, booking[1, following] - t)
            t = max(t, booking[1, following])
            previous = following
            following = booking[3, previous]
        if t + minutes > limit:
            return t, _FAR, 0
        setup = 0
        if family >= 0:
            b = previous
            while b >= 0 and operation[3, b] < 0:
                b = booking[2, b]
            was = operation[3, b] if b >= 0 else unit_family[unit]
            if was >= 0:
                setup = changeover[was, family]
        if setup < 0:
            if following < 0:
                return t, _FAR, 0
            previous = following
            continue
        start, end = run(hours_start, hours, pair, t, setup + minutes, whole)
        if end > limit or end >= _FAR:
            return start, _FAR, 0
        if following >= 0 and booking[0, following] < end:
            previous = following
            continue
        if family >= 0 and following >= 0:
            # The next one keeps the time it was given: its change-over must not grow.
            b = following
            while b >= 0 and operation[3, b] < 0:
                b = booking[3, b]
            if b >= 0:
                needed = changeover[family, operation[3, b]]
                if needed < 0 or needed > placed[5, b]:
                    previous = following
                    continue
        if person >= 0:
            b = head[person] if before_person < 0 else booking[3, before_person]
            while b >= 0 and booking[0, b] < end:
                before_person = b
                b = booking[3, b]
            if before_person >= 0 and booking[1, before_person] > start:
                causes[2] += booking[1, before_person] - t
                t = booking[1, before_person]
                continue
        if piece >= 0:
            b = head[piece] if before_piece < 0 else booking[3, before_piece]
            while b >= 0 and booking[0, b] < end:
                before_piece = b
                b = booking[3, b]
            if before_piece >= 0 and booking[1, before_piece] > start:
                causes[3] += booking[1, before_piece] - t
                t = booking[1, before_piece]
                continue
        causes[0] += start - t
        return start, end, setup


@compiled(types.void(_L, types.int64, types.int64, types.float64[::1]))
def _push(heap, size, group, key):
    k = size
    while k > 0:
        above = (k - 1) // 2
        other = heap[above]
        if key[other] < key[group] or (key[other] == key[group] and other <= group):
            break
        heap[k] = other
        k = above
    heap[k] = group


@compiled(types.int64(_L, types.int64, types.float64[::1]))
def _pop(heap, size, key):
    """The first of the heap; the caller makes it one shorter."""
    first = heap[0]
    group = heap[size - 1]
    size -= 1
    k = 0
    while True:
        below = 2 * k + 1
        if below >= size:
            break
        other = below + 1
        if other < size and (
            key[heap[other]] < key[heap[below]] or (key[heap[other]] == key[heap[below]] and heap[other] < heap[below])
        ):
            below = other
        if key[group] < key[heap[below]] or (key[group] == key[heap[below]] and group <= heap[below]):
            break
        heap[k] = heap[below]
        k = below
    heap[k] = group
    return first


@compiled(types.int64(
    types.float64[::1], _L, _M, _L, _M, _L, _M, _L, _L, _L, _L, _M, _L, _M, _M, _L, _L, _L, _L, _L, _L, _L, _M, _M, _L,
))  # fmt: skip
def build(
    key, floor, operation, mode_start, modes, link_start, links, next_start, next_rows, group_start, group_rows,
    changeover, hours_start, hours, pairs, machine_start, skill_start, skill_people, tool_start, unit_calendar,
    unit_family, pinned, placed, waits, stop,
):  # fmt: skip
    """Place every operation; -1 when all are placed, else the one that found no place.

    key           [operations] of each group the one that comes first is placed first
    floor         [operations] not before, beside `operation[EARLIEST]`
    links         rows before, lag_min, lag_max, transfer, by the operation after (`link_start`)
    next_rows     operations after, by the operation before (`next_start`)
    group_rows    operations of a group in the order they depend on each other; a group is called by its first one
    pairs         [calendars, calendars + 1] row of `hours` for machine and person; the last column is for no person
    machine_start, tool_start   units of a machine and pieces of a tool; people are units too (`skill_people`)
    pinned        operations with a fixed start, by start
    placed, waits answers
    stop          [2] anything but 0 ends the build; the number of operations placed so far
    """
    n = operation.shape[1]
    units = unit_calendar.shape[0]
    head = np.full(units, -1, np.int64)
    tail = np.full(units, -1, np.int64)
    # Of each operation on its machine, n further its person, n further its tool: rows start, end, previous, next.
    booking = np.zeros((4, 3 * n), np.int64)
    waiting = np.zeros(n, np.int64)
    group_of = np.zeros(n, np.int64)
    earliest = np.zeros(n, np.int64)
    tied = np.zeros(n, np.int64)
    heap = np.empty(n + 1, np.int64)
    causes = np.zeros(5, np.int64)
    chosen = np.zeros(5, np.int64)
    size = 0
    for g in range(group_start.shape[0] - 1):
        for k in range(group_start[g], group_start[g + 1]):
            group_of[group_rows[k]] = g
    for i in range(n):
        for k in range(link_start[i], link_start[i + 1]):
            if group_of[links[0, k]] != group_of[i]:
                waiting[group_of[i]] += 1
    rank = np.empty(group_start.shape[0], np.float64)
    for g in range(group_start.shape[0] - 1):
        rank[g] = key[group_rows[group_start[g]]]
        for k in range(group_start[g], group_start[g + 1]):
            rank[g] = min(rank[g], key[group_rows[k]])
    count = 0
    is_pinned = np.zeros(n, np.bool_)
    for k in range(pinned.shape[0]):
        is_pinned[pinned[k]] = True
    # Pins first, in order of time: pseudo groups before the heap is used.
    for g in range(group_start.shape[0] - 1):
        if waiting[g] == 0:
            _push(heap, size, g, rank)
            size += 1
    at_pin = 0
    while at_pin < pinned.shape[0] or size > 0:
        if at_pin < pinned.shape[0]:
            g = -1
            begin = 0
            finish = 1
        else:
            g = _pop(heap, size, rank)
            size -= 1
            begin = group_start[g]
            finish = group_start[g + 1]
            for k in range(begin, finish):
                earliest[group_rows[k]] = 0
                tied[group_rows[k]] = 0
        tries = 0
        k = begin
        while k < finish:
            i = pinned[at_pin] if g < 0 else group_rows[k]
            if g >= 0 and is_pinned[i]:
                k += 1
                continue
            ready = max(operation[1, i], floor[i])
            fixed = operation[6, i] >= 0
            if fixed:
                ready = operation[6, i]
            else:
                ready = max(ready, earliest[i])
                for a in range(link_start[i], link_start[i + 1]):
                    b = links[0, a]
                    if links[3, a] >= 1000:
                        ready = max(ready, placed[1, b] + links[1, a])
                    else:
                        # Overlap: the first transfer batch must be through.
                        work = modes[1, placed[6, b]]
                        part = placed[5, b] + (work * links[3, a] + 999) // 1000
                        person = placed[3, b]
                        column = pairs.shape[1] - 1 if person < 0 else unit_calendar[person]
                        pair = pairs[unit_calendar[placed[2, b]], column]
                        _, through = run(hours_start, hours, pair, placed[0, b], part, operation[2, b])
                        ready = max(ready, through + links[1, a])
            best_end = _FAR
            best_start = _FAR
            best_unit = -1
            best_person = -1
            best_piece = -1
            best_setup = 0
            best_mode = -1
            skill = operation[4, i]
            tool = operation[5, i]
            again = ready
            while True:
                for m in range(mode_start[i], mode_start[i + 1]):
                    machine = modes[0, m]
                    if fixed and machine != operation[7, i]:
                        continue
                    for unit in range(machine_start[machine], machine_start[machine + 1]):
                        people_from = 0 if skill < 0 else skill_start[skill]
                        people_to = 1 if skill < 0 else skill_start[skill + 1]
                        for s in range(people_from, people_to):
                            person = -1 if skill < 0 else skill_people[s]
                            column = pairs.shape[1] - 1 if person < 0 else unit_calendar[person]
                            pair = pairs[unit_calendar[unit], column]
                            pieces_from = 0 if tool < 0 else tool_start[tool]
                            pieces_to = 1 if tool < 0 else tool_start[tool + 1]
                            for piece_at in range(pieces_from, pieces_to):
                                piece = -1 if tool < 0 else piece_at
                                causes[:] = 0
                                start, end, setup = _fit(
                                    hours_start, hours, head, tail, booking, operation, placed, unit_family,
                                    changeover, pair, unit, person, piece, i, modes[1, m], again, best_end, causes,
                                )  # fmt: skip
                                if end < best_end or (end == best_end and end < _FAR and setup < best_setup):
                                    if fixed and start != ready:
                                        continue
                                    best_end = end
                                    best_start = start
                                    best_unit = unit
                                    best_person = person
                                    best_piece = piece
                                    best_setup = setup
                                    best_mode = m
                                    chosen[:] = causes
                if best_mode < 0:
                    return i
                # Overlap: the last transfer batch must not begin before the operation before has ended.
                shift = np.int64(0)
                if not fixed:
                    for a in range(link_start[i], link_start[i + 1]):
                        if links[3, a] < 1000:
                            work = modes[1, best_mode]
                            part = best_setup + work - (work * links[3, a] + 999) // 1000
                            column = pairs.shape[1] - 1 if best_person < 0 else unit_calendar[best_person]
                            pair = pairs[unit_calendar[best_unit], column]
                            begins = best_start
                            if part > 0:
                                _, begins = run(hours_start, hours, pair, best_start, part, operation[2, i])
                            b = links[0, a]
                            shift = max(shift, placed[1, b] + links[1, a] - begins)
                if shift <= 0:
                    break
                again = best_start + shift
                best_end = _FAR
                best_mode = -1
            # A maximum lag that is missed moves the operation before it later; the group begins anew.
            missed = -1
            if not fixed:
                for a in range(link_start[i], link_start[i + 1]):
                    b = links[0, a]
                    if links[2, a] >= 0 and best_start > placed[1, b] + links[2, a]:
                        later = placed[0, b] + best_start - links[2, a] - placed[1, b]
                        if is_pinned[b] or group_of[b] != g or tries >= _TRIES:
                            return i
                        earliest[b] = max(earliest[b], later)
                        tied[b] = 1
                        missed = b
            if missed >= 0:
                tries += 1
                for back in range(begin, k):
                    b = group_rows[back]
                    if is_pinned[b]:
                        continue
                    _free(head, tail, booking, placed[2, b], b)
                    if placed[3, b] >= 0:
                        _free(head, tail, booking, placed[3, b], n + b)
                    if placed[4, b] >= 0:
                        _free(head, tail, booking, placed[4, b], 2 * n + b)
                k = begin
                continue
            placed[0, i] = best_start
            placed[1, i] = best_end
            placed[2, i] = best_unit
            placed[3, i] = best_person
            placed[4, i] = best_piece
            placed[5, i] = best_setup
            placed[6, i] = best_mode
            placed[7, i] = ready
            for row in range(4):
                waits[row, i] = chosen[row]
            waits[4, i] = tied[i]
            _book(head, tail, booking, best_unit, i, best_start, best_end)
            if best_person >= 0:
                _book(head, tail, booking, best_person, n + i, best_start, best_end)
            if best_piece >= 0:
                _book(head, tail, booking, best_piece, 2 * n + i, best_start, best_end)
            k += 1
        if g < 0:
            at_pin += 1
            continue
        for k in range(begin, finish):
            i = group_rows[k]
            for a in range(next_start[i], next_start[i + 1]):
                other = group_of[next_rows[a]]
                if other != g:
                    waiting[other] -= 1
                    if waiting[other] == 0:
                        _push(heap, size, other, rank)
                        size += 1
        count += finish - begin
        stop[1] = count
        if stop[0] != 0:
            return -2
    return -1
