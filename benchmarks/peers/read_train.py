# SPDX-License-Identifier: Apache-2.0
"""Times h5py and pandas on a top-tagging file, beside jetsmith's reader in the same run.

    python3 benchmarks/peers/read_train.py TRAIN.h5 --bench build/release/bin/read_train_bench \
        --note benchmarks/results/DATE-reading.md

Needs h5py, hdf5plugin, pandas and tables. Every measurement is a process of its own, and the readers
take turns, so that a busy machine slows all of them alike. Three peers:

  h5py dense    the float32 block as (rows, 804) slabs that are thrown away: the least one can do
  h5py ragged   the same, compacted to real constituents: what jetsmith's store holds
  pandas        read_hdf in slabs, compacted in the same way
"""
import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time

SLAB = 8000  # rows, 100 chunks of the published files: fastest of 800, 8,000, 80,000


def compact(block):
    """(rows, 804) float32 -> constituents with E > 0 and their number per row."""
    slots = block[:, :800].reshape(-1, 200, 4)
    real = slots[..., 0] > 0
    return slots[real], real.sum(axis=1)


def h5py_slabs(path):
    import h5py
    import hdf5plugin  # noqa: F401  (registers blosc)
    with h5py.File(path) as file:
        table = file['table/table']
        for first in range(0, len(table), SLAB):
            slab = table[first:first + SLAB]
            yield slab['values_block_0'], slab['values_block_1'][:, 1]


def pandas_slabs(path):
    import pandas
    with pandas.HDFStore(path, 'r') as store:
        rows = store.get_storer('table').nrows
        for first in range(0, rows, SLAB):
            frame = store.select('table', start=first, stop=first + SLAB)
            label = frame.pop('is_signal_new').to_numpy()
            yield frame.to_numpy(dtype='float32'), label


def read(kind, path):
    """Number of rows and of constituents."""
    import numpy as np
    slabs = pandas_slabs(path) if kind == 'pandas' else h5py_slabs(path)
    if kind == 'h5py dense':
        return sum(len(label) for _, label in slabs), None
    momenta, counts, labels = [], [], []
    for block, label in slabs:
        real, count = compact(block)
        momenta.append(real)
        counts.append(count)
        labels.append(label)
    return len(np.concatenate(labels)), len(np.concatenate(momenta))


def measure_peer(kind, path):
    import h5py, hdf5plugin, numpy  # noqa: E401,F401  (imports are not timed)
    if kind == 'pandas':
        import pandas, tables  # noqa: E401,F401
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    rows, constituents = read(kind, path)
    seconds = time.perf_counter() - start
    rise = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return {'reader': kind, 'rows': rows, 'constituents': constituents,
            'rows_per_second': rows / seconds, 'peak_rise_bytes': 1024 * rise}


def run(command):
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def versions():
    import h5py
    import hdf5plugin
    import pandas
    return (f'h5py {h5py.__version__} (HDF5 {h5py.version.hdf5_version}), hdf5plugin '
            f'{hdf5plugin.version}, pandas {pandas.__version__}, Python {platform.python_version()}')


def processor():
    with open('/proc/cpuinfo') as info:
        return next(line.split(':')[1].strip() for line in info if line.startswith('model name'))


def note(arguments, results):
    ours = statistics.median(r['rows_per_second'] for r in results['jetsmith'])
    lines = ['# Reading the top-tagging training file', '',
             f'{len(os.sched_getaffinity(0))} cores ({processor()}), {versions()}. '
             f'{arguments.rounds} rounds in which the readers take turns; load average at the end '
             f'{os.getloadavg()[0]:.1f}. File: {results["jetsmith"][0]["rows"]:,} rows, '
             f'{os.path.getsize(arguments.file) / 1e6:.1f} MB, in the page cache.', '',
             '| reader | rows/s, median (lowest to highest) | jetsmith is faster by | peak memory |',
             '|---|---|---|---|']
    for kind, runs in results.items():
        rates = sorted(r['rows_per_second'] for r in runs)
        middle = statistics.median(rates)
        rise = max(r['peak_rise_bytes'] for r in runs) / 1e6
        ratio = '' if kind == 'jetsmith' else f'{ours / middle:.1f}x'
        lines.append(f'| {kind} | {middle:,.0f} ({rates[0]:,.0f} to {rates[-1]:,.0f}) | {ratio} | '
                     f'+{rise:.0f} MB |')
    store = results['jetsmith'][0]['store_bytes']
    rise = max(r['peak_rise_bytes'] for r in results['jetsmith'])
    lines += ['', f'The store is {store / 1e6:.1f} MB; the bound of 1.3 x store + 64 MB is '
              f'{(1.3 * store + 64e6) / 1e6:.0f} MB, and the rise was {rise / 1e6:.0f} MB.', '',
              'h5py dense throws the rows away again; h5py ragged and pandas do the whole task.', '',
              f'    benchmarks/run_reading {os.path.basename(arguments.file)}', '']
    return '\n'.join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('file')
    parser.add_argument('--bench', help='path of read_train_bench')
    parser.add_argument('--rounds', type=int, default=7)
    parser.add_argument('--note', help='Markdown file to write')
    parser.add_argument('--peer', help='measure one peer and print its JSON line')
    arguments = parser.parse_args()
    if arguments.peer:
        print(json.dumps(measure_peer(arguments.peer, arguments.file)))
        return
    peers = ['h5py dense', 'h5py ragged', 'pandas']
    results = {kind: [] for kind in ['jetsmith'] + peers}
    for _ in range(arguments.rounds):
        results['jetsmith'].append(run([arguments.bench, arguments.file, '1']))
        for kind in peers:
            results[kind].append(run([sys.executable, __file__, arguments.file, '--peer', kind]))
    for kind in peers[1:]:
        assert results[kind][0]['constituents'] == results['jetsmith'][0]['constituents'], kind
    text = note(arguments, results)
    print(text)
    if arguments.note:
        with open(arguments.note, 'w') as file:
            file.write(text)


if __name__ == '__main__':
    main()
