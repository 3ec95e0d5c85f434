"""A machine that is short of time shows fewer pictures of a stream, not older ones."""

import functools

from aiortc import MediaStreamTrack
from aiortc.contrib.media import MediaRelay


@functools.cache
def keep_newest_only() -> None:
    """Of streams that begin from now on only the newest frame waits; the first call of a process sees to it.

    streamlit-webrtc takes a browser's frames by a relay that by default keeps all of them, decoded, until it is asked,
    and it asks once for each picture that it sends back. Where those are fewer than come in (four cameras beside 50
    programs: 6 of 15 a second), memory and delay grew as long as that lasted: by 330 MB in 40 seconds.
    """
    subscribe = MediaRelay.subscribe

    def subscribe_to_newest(self: MediaRelay, track: MediaStreamTrack, buffered: bool = False) -> MediaStreamTrack:
        return subscribe(self, track, buffered)

    MediaRelay.subscribe = subscribe_to_newest  # type: ignore[method-assign]
