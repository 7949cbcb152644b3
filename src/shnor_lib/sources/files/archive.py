"""The parts of a zipped workbook, none of which unpacks into more than it says.

A zip says how long each part is, and may lie. The reader of workbooks (calamine) unpacks until
the packed data end, so the true length is found here first, in bounded memory.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Container, Iterator, Mapping

from shnor_lib.sources.files.limits import (
    FREE_UNPACKED_BYTES,
    MAX_PARTS,
    MAX_RATIO,
    MAX_UNPACKED_BYTES,
    bomb,
    broken,
    grouped,
    megabytes,
)

CHUNK = 1024**2
_LOCAL_HEADER = struct.Struct("<4s22xHH")


class Archive:
    """A zip whose directory has been checked.

    Parameters
    ----------
    data
        The whole file.

    Raises
    ------
    RefusalError
        Damaged; too many parts; parts that overlap or repeat; parts that unpack into too much.
    """

    def __init__(self, data: bytes) -> None:
        # Every entry of the directory costs memory, so they are counted before it is read.
        if (parts := data.count(b"PK\x01\x02")) > MAX_PARTS:
            raise bomb(f"в ней {grouped(parts)} частей вместо нескольких десятков")
        self._data = memoryview(data)
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                self._infos = archive.infolist()
        except (
            zipfile.BadZipFile,
            NotImplementedError,
            OSError,
            OverflowError,
            ValueError,
            struct.error,
        ):
            raise broken() from None
        # Names are compared as calamine compares them.
        self._by_name = {_key(info.filename): info for info in self._infos}
        if len(self._by_name) < len(self._infos):
            raise bomb("её части повторяются")
        self._check_places()
        total = self.unpacked
        if total > MAX_UNPACKED_BYTES or (
            total > FREE_UNPACKED_BYTES and total > MAX_RATIO * len(data)
        ):
            raise bomb(f"файл в {megabytes(len(data))} распаковывается в {megabytes(total)}")

    def _check_places(self) -> None:
        end = 0
        for info in sorted(self._infos, key=lambda info: info.header_offset):
            if info.header_offset < end:
                raise bomb("её части наложены одна на другую")
            end = info.header_offset + _LOCAL_HEADER.size + info.compress_size

    @property
    def unpacked(self) -> int:
        """Bytes of all parts, unpacked."""
        return sum(info.file_size for info in self._infos)

    @property
    def names(self) -> list[str]:
        """Parts, as named in the archive."""
        return [info.filename for info in self._infos]

    def find(self, name: str) -> str | None:
        """The part's name as it stands in the archive, whatever its case and slashes."""
        info = self._by_name.get(_key(name))
        return info.filename if info else None

    def __contains__(self, name: str) -> bool:
        return _key(name) in self._by_name

    def pieces(self, name: str) -> Iterator[bytes]:
        """Unpack a part piece by piece.

        Raises
        ------
        RefusalError
            There is no such part, it is damaged or longer than the directory says.
        """
        info = self._by_name.get(_key(name))
        if info is None:
            raise broken()
        length = checksum = 0
        for piece in self._unpacked(info):
            length += len(piece)
            if length > info.file_size:
                raise bomb("одна из её частей длиннее, чем записано в её оглавлении")
            checksum = zlib.crc32(piece, checksum)
            yield piece
        if length != info.file_size or checksum != info.CRC:
            raise broken()

    def _unpacked(self, info: zipfile.ZipInfo) -> Iterator[bytes]:
        packed = self._packed(info)
        if info.compress_type == zipfile.ZIP_STORED:
            for start in range(0, len(packed), CHUNK):
                yield bytes(packed[start : start + CHUNK])
            return
        if info.compress_type != zipfile.ZIP_DEFLATED:
            raise broken()
        inflate, start = zlib.decompressobj(-zlib.MAX_WBITS), 0
        try:
            while not inflate.eof:
                source: bytes | memoryview = inflate.unconsumed_tail
                if not source:
                    source = packed[start : start + CHUNK]
                    start += len(source)
                piece = inflate.decompress(source, CHUNK)
                if not piece and not source and not inflate.eof:
                    raise broken()
                yield piece
        except zlib.error:
            raise broken() from None

    def read(self, name: str) -> bytes:
        """A whole part; see :meth:`pieces`."""
        return b"".join(self.pieces(name))

    def check_lengths(self, known: Container[str] = ()) -> None:
        """Unpack every part once, to see that it is as long as the directory says.

        Parameters
        ----------
        known
            Parts that have been unpacked already.

        Raises
        ------
        RefusalError
            One is not.
        """
        for info in self._infos:
            if info.filename not in known:
                for _ in self.pieces(info.filename):
                    pass

    def rewritten(self, parts: Mapping[str, bytes]) -> bytes:
        """The archive with some parts replaced, packed lightly; the data of the others is kept."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
            for info in self._infos:
                if not info.is_dir():
                    body = parts.get(info.filename)
                    target.writestr(
                        info.filename, self.read(info.filename) if body is None else body
                    )
        return out.getvalue()

    def _packed(self, info: zipfile.ZipInfo) -> memoryview:
        head = self._data[info.header_offset : info.header_offset + 30]
        if len(head) < 30 or info.flag_bits & 0x1:
            raise broken()
        magic, name, extra = _LOCAL_HEADER.unpack(head)
        start = info.header_offset + 30 + name + extra
        packed = self._data[start : start + info.compress_size]
        if magic != b"PK\x03\x04" or len(packed) < info.compress_size:
            raise broken()
        return packed


def _key(name: str) -> str:
    return name.replace("\\", "/").casefold()
