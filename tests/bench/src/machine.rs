//! What the benchmark asks of the operating system: cores, limits, time, and what a process used.

use std::fs;
use std::io;
use std::time::{Duration, Instant};

use rustix::process::{Resource, getrlimit, setrlimit};

/// Servers run here …
pub const SERVER_CORE: usize = 1;
/// … and the client here.
pub const CLIENT_CORE: usize = 0;

/// Where servers and the client are not kept apart.
pub const ALL_CORES: [usize; 2] = [CLIENT_CORE, SERVER_CORE];

/// The present moment.
#[expect(
    clippy::disallowed_methods,
    reason = "a benchmark measures time as it passes"
)]
pub fn now() -> Instant {
    Instant::now()
}

/// The present time as a message carries it: RFC 3339 in UTC with milliseconds.
#[expect(
    clippy::disallowed_methods,
    reason = "a benchmark measures time as it passes"
)]
pub fn timestamp() -> String {
    format!("{:.3}", jiff::Timestamp::now())
}

/// Keeps this thread, and what it starts from now on, on these cores.
#[cfg(target_os = "linux")]
pub fn stay_on(cores: &[usize]) -> io::Result<()> {
    use rustix::thread::{CpuSet, sched_setaffinity};
    let mut set = CpuSet::new();
    cores.iter().for_each(|core| set.set(*core));
    Ok(sched_setaffinity(None, &set)?)
}

#[cfg(not(target_os = "linux"))]
pub fn stay_on(_cores: &[usize]) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Allows as many open files as the system lets this process, and those that it starts, have.
pub fn raise_file_limit() -> io::Result<()> {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    Ok(setrlimit(Resource::Nofile, limit)?)
}

/// The CPU time that process `pid` has used, in user and kernel mode, in steps of 10 ms.
pub fn cpu(pid: u32) -> Duration {
    const TICK: Duration = Duration::from_millis(10);
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).expect("a running process");
    // The name, in brackets, may contain anything.
    let fields = stat.rsplit(')').next().unwrap_or_default();
    let ticks = fields.split_whitespace().skip(11).take(2);
    let ticks = ticks.map(|field| field.parse::<u32>().expect("a number"));
    TICK * ticks.sum::<u32>()
}

/// The memory of process `pid` that is in RAM, in bytes.
pub fn resident(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("a running process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next());
    kib.and_then(|kib| kib.parse::<u64>().ok())
        .expect("a number")
        * 1024
}
