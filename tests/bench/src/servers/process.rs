//! A server as a process of its own.

use std::io::{self, BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::machine;

/// A running server. It ends when this is dropped.
pub struct Process {
    child: Child,
}

impl Process {
    /// Starts a server on the cores given; also the line that it prints when it is ready.
    pub fn start(command: &mut Command, cores: &[usize]) -> io::Result<(Self, String)> {
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        machine::stay_on(cores)?;
        let child = command.spawn();
        machine::stay_on(&[machine::CLIENT_CORE])?;
        let mut process = Self { child: child? };
        let stdout = process.child.stdout.take().expect("a pipe");
        let mut stdout = BufReader::new(stdout);
        let mut line = String::new();
        stdout.read_line(&mut line)?;
        if line.is_empty() {
            return Err(io::Error::other(format!("{command:?} did not start")));
        }
        // A full pipe would stop the server.
        std::thread::spawn(move || stdout.read_to_end(&mut Vec::new()));
        Ok((process, line.trim_end().to_owned()))
    }

    /// The CPU time used so far.
    pub fn cpu(&self) -> Duration {
        machine::cpu(self.child.id())
    }

    /// The memory in RAM, in bytes.
    pub fn resident(&self) -> u64 {
        machine::resident(self.child.id())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // One that has ended already is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
