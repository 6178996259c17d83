// Memory of a process and its children as Linux counts it.
import { readFileSync, writeFileSync } from 'node:fs';

function fieldKib(pid, field) {
  try {
    return Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0; // it has ended
  }
}

function childrenOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(/\s+/).filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** Resident memory of the process and everything it started, in MiB. */
export function rssMib(pid) {
  return childrenOf(pid).reduce((sum, child) => sum + rssMib(child), fieldKib(pid, 'VmRSS') / 1024);
}

/** Runs `work` and returns by how many MiB the process grew at most meanwhile. */
export async function growthMib(pid, work) {
  writeFileSync(`/proc/${pid}/clear_refs`, '5'); // the peak is counted from here on
  const before = fieldKib(pid, 'VmRSS');
  await work();
  return Math.max(0, fieldKib(pid, 'VmHWM') - before) / 1024;
}

/** Samples the memory of the process tree while `work` runs; returns the largest sample in MiB. */
export async function peakRssMib(pid, work) {
  let peak = rssMib(pid);
  const timer = setInterval(() => { peak = Math.max(peak, rssMib(pid)); }, 50);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  return Math.max(peak, rssMib(pid));
}
