"""What a connection may take: seconds to say what it wants, room in memory, and a place that others do not need more.

uvicorn limits none of these. A connection that is silent (new, or idle after an answer) holds its place only as long as
nobody else needs it; nothing that a stranger without the token sends makes one that is not silent.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

LINE = "line"  # in the state of a request's scope: its connection
LARGEST_HEAD = 16 * 1024  # bytes of a request's line and headers
LARGEST_BODY = 1024 * 1024
_PART = 4 * 1024  # bytes that are heard at a time, so that others come between: each may be an event
_MOST_HEARD = LARGEST_BODY + LARGEST_BODY // 4  # bytes of one request, its head and the marks of its chunks too
MOST, MOST_SILENT = 512, 128  # connections, and those of them that ask nothing
SECONDS_TO_ASK, SECONDS_TO_SEND, SECONDS_TO_READ = 8.0, 20.0, 30.0  # a head, a body, what is sent to them
SECONDS_IDLE = 5  # between an answer and the next request
_SECONDS_TO_CLOSE = 3.0
_LAST = b"HTTP/1.1 %s\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
_LATE, _TOO_LARGE = _LAST % b"408 Request Timeout", _LAST % b"413 Content Too Large"
_ENDING = _LAST % b"503 Service Unavailable"


class Line(H11Protocol, asyncio.BufferedProtocol):
    """A connection with limits. ``is_known``: whether one of its requests was let in."""

    def __init__(self, *of: Any, **more: Any) -> None:
        super().__init__(*of, **more)
        self.is_known = False
        self._part, self._n_heard, self._is_deaf = bytearray(_PART), 0, False
        self._since = self.loop.time()
        self._phase: tuple[object, str] = (None, "")
        self._deadline: asyncio.TimerHandle | None = None
        self._reading: asyncio.TimerHandle | None = None

    @property
    def is_silent(self) -> bool:
        """Whether no request is being answered here."""
        return self.cycle is None or self.cycle.response_complete

    # -- what asyncio and uvicorn tell ---------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a place; the longest silent one of whoever has most is given up for it where there are too many."""
        super().connection_made(transport)
        if self._finds_room():
            self._heed()
        else:
            transport.abort()

    def get_buffer(self, sizehint: int) -> bytearray:
        """Return the room for the next part of what is sent."""
        return self._part

    def buffer_updated(self, nbytes: int) -> None:
        """Hear a part."""
        self.data_received(bytes(self._part[:nbytes]))

    def data_received(self, data: bytes) -> None:
        """Hear what is sent; trickling does not move the end of the time for it."""
        self._n_heard += len(data)
        if self._n_heard > _MOST_HEARD:
            self._break_off(_TOO_LARGE)
        elif not self._is_deaf:
            super().data_received(data)
            self._heed()

    def handle_events(self) -> None:
        """Begin a request; its ``scope`` knows the connection, which learns whether it is let in."""
        before = self.cycle
        super().handle_events()
        if self.cycle is not before:
            self._n_heard = 0
        if self.scope is not None:  # its task has not begun yet
            self.scope["state"][LINE] = self
        self._heed()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Hand the connection over; where it may go on as something else, no time is set for it here."""
        self._let_go()
        super().handle_websocket_upgrade(event)

    def on_response_complete(self) -> None:
        """Wait for the next request, or close: as the last answer said, or where it needed not all of its request."""
        self._since, is_unread = self.loop.time(), self.conn.their_state is h11.SEND_BODY
        super().on_response_complete()
        if self.transport.is_closing():
            self._end()
        elif is_unread:
            self._hang_up()
        self._heed()

    def connection_lost(self, exc: Exception | None) -> None:
        """Give up the place."""
        self._let_go()
        super().connection_lost(exc)

    def _let_go(self) -> None:
        for timer in (self._deadline, self._reading):
            if timer is not None:
                timer.cancel()
        self._deadline = self._reading = None
        self._phase = (None, "lost")

    def pause_writing(self) -> None:
        """Wait for a reader, and not for ever."""
        super().pause_writing()
        self._reading = self.loop.call_later(SECONDS_TO_READ, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on: what was sent is being read."""
        super().resume_writing()
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None

    def shutdown(self) -> None:
        """End with the server; what is still being sent is not waited for."""
        if self.is_silent or not self.cycle.more_body:
            super().shutdown()
        else:
            self._break_off(_ENDING)

    def timeout_keep_alive_handler(self) -> None:
        """Close a connection that is idle."""
        super().timeout_keep_alive_handler()
        self._end()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP; amid an answer there is no place left to say so."""
        if self.is_silent and self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            super().send_400_response(msg)
            self._end()
            return
        if self.cycle is not None:
            self.cycle.disconnected = True
        self.transport.abort()

    # -- limits --------------------------------------------------------------------------------------------------------

    def _finds_room(self) -> bool:
        open_ones = (each for each in self.connections if not each.transport.is_closing())
        others = [each for each in open_ones if isinstance(each, Line) and each is not self]
        silent = [each for each in others if each.is_silent]
        of_peer = Counter(each.client[0] if each.client else "" for each in silent)
        silent.sort(key=lambda each: (each.is_known, -of_peer[each.client[0] if each.client else ""], each._since))
        n_too_many = max(len(silent) + 1 - MOST_SILENT, len(others) + 1 - MOST)
        for each in silent[: max(0, n_too_many)]:
            each.transport.abort()
        return len(others) - len(silent) < MOST

    def _heed(self) -> None:
        """Set the time for what is awaited now, unless it runs already."""
        phase = "head" if self.is_silent else "body" if self.cycle.more_body else "answer"
        if self._phase == (self.cycle, phase) or self._phase[1] == "lost":
            return
        self._phase = (self.cycle, phase)
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        if phase != "answer":
            seconds = SECONDS_TO_ASK if phase == "head" else SECONDS_TO_SEND
            self._deadline = self.loop.call_later(seconds, self._is_late)

    def _is_late(self) -> None:
        """End a request that did not come in time."""
        if self.is_silent and not self.conn.trailing_data[0]:
            self.transport.abort()
        else:
            self._break_off(_LATE)

    def _break_off(self, word: bytes) -> None:
        """Hear no more of a request: with a word where no answer has begun."""
        has_begun = self.cycle is not None and self.cycle.response_started and not self.cycle.response_complete
        if self.transport.is_closing() or self._is_deaf or has_begun:
            self.transport.abort()
            return
        if self.cycle is not None:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.transport.write(word)
        self.transport.close()
        self._end()

    def _hang_up(self) -> None:
        """Let what was said be read, though what is still sent is not: closed at once, both would be lost."""
        self._is_deaf = True
        self.transport.write_eof()
        self._let_go()
        self._end()

    def _end(self) -> None:
        """Let go of a connection that is closed though nobody reads what is still to be sent."""
        transport = self.transport
        self.loop.call_later(_SECONDS_TO_CLOSE, transport.abort)
