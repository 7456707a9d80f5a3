# SPDX-License-Identifier: Apache-2.0
"""Files that are either complete or absent, and the pandas layouts of the public reference files."""
import contextlib
import os

import pandas as pd


@contextlib.contextmanager
def atomic_path(path):
    """A temporary path beside `path`; it takes the name when the block ends well, else it goes."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    temporary = os.path.join(os.path.dirname(path), f".{os.path.basename(path)}.{os.getpid()}.tmp")
    try:
        yield temporary
        with open(temporary, "rb") as file:
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.remove(temporary)


def write_frame(frame, path, key, **options):
    """Writes a DataFrame as HDF5, with the group attributes that the published files carry.

    A full disk does not always make HDF5 fail while it writes, so the file is read back.
    """
    with atomic_path(path) as temporary:
        frame.to_hdf(temporary, mode="w", key=key, complib="blosc", **options)
        try:
            _use_published_attributes(temporary, key)
            same = pd.read_hdf(temporary, key).equals(frame)
        except Exception as error:  # PyTables raises many kinds for a damaged file
            raise OSError(f"{path} could not be read back; is the disk full?") from error
        if not same:
            raise OSError(f"{path} does not hold what was written; is the disk full?")


def _use_published_attributes(path, key):
    """Newer pandas leaves out pandas_version and describes missing values by other attributes."""
    with pd.HDFStore(path, "a") as store:
        attributes = store.get_node(key)._v_attrs
        attributes.pandas_version = "0.15.2"
        if "nan_rep" in attributes._v_attrnames:
            attributes.nan_rep = "nan"
        for name in ("data_col_nan_rep", "mi_level_nan_rep"):
            if name in attributes._v_attrnames:
                del attributes[name]
