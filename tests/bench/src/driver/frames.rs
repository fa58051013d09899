//! WebSocket frames, told apart by their headers alone.

/// Longest payload whose length fits into a frame's first length byte.
const SHORT: usize = 125;

/// What a frame is to the benchmark.
#[derive(Debug, PartialEq, Eq)]
pub enum Frame<'a> {
    /// An event: every payload longer than 125 bytes, of which nothing else is looked at.
    Event,
    /// Protocol talk, which is shorter: its opcode and its payload.
    Talk(u8, &'a [u8]),
}

/// Walks over the frames of one socket. They may be cut anywhere.
#[derive(Default)]
pub struct Frames {
    /// The beginning of a frame: all of it when it is short, its header when not.
    start: Vec<u8>,
    /// How much of the present frame's payload is still to be skipped.
    skip: usize,
}

impl Frames {
    /// Calls `seen` with each frame that ends within `bytes`.
    pub fn read(&mut self, mut bytes: &[u8], mut seen: impl FnMut(Frame)) {
        while !bytes.is_empty() {
            if self.skip > 0 {
                let skipped = self.skip.min(bytes.len());
                bytes = &bytes[skipped..];
                self.skip -= skipped;
                if self.skip == 0 {
                    seen(Frame::Event);
                }
                continue;
            }
            let wanted = self.wanted() - self.start.len();
            let taken = wanted.min(bytes.len());
            self.start.extend_from_slice(&bytes[..taken]);
            bytes = &bytes[taken..];
            if self.start.len() == self.wanted() {
                self.finish_start(&mut seen);
            }
        }
    }

    /// How long the start is to be, as far as one can tell yet.
    fn wanted(&self) -> usize {
        match self.start.get(1).map(|length| usize::from(length & 0x7f)) {
            None => 2,
            Some(126) => 4,
            Some(127) => 10,
            Some(length) => 2 + length,
        }
    }

    fn finish_start(&mut self, seen: &mut impl FnMut(Frame)) {
        let length = usize::from(self.start[1] & 0x7f);
        if length > SHORT {
            let digits = self.start[2..].iter();
            self.skip = digits.fold(0, |length, byte| length << 8 | usize::from(*byte));
        } else {
            seen(Frame::Talk(self.start[0] & 0x0f, &self.start[2..]));
        }
        self.start.clear();
    }
}

/// A text frame as a server sends it.
pub fn from_server(payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x81];
    if payload.len() <= SHORT {
        frame.push(payload.len() as u8);
    } else {
        let length = u16::try_from(payload.len()).expect("a payload below 64 KiB");
        frame.push(126);
        frame.extend(length.to_be_bytes());
    }
    frame.extend(payload);
    frame
}

/// A frame as a client sends it: masked, as the protocol demands, with a mask of zeros.
pub fn from_client(opcode: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = from_server(payload);
    let header = frame.len() - payload.len();
    frame[0] = 0x80 | opcode;
    frame[1] |= 0x80;
    frame.splice(header..header, [0; 4]);
    frame
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_found_however_they_are_cut() {
        let mut sent = from_server(b"talk");
        sent.extend(from_server(&[b'.'; 126]));
        sent.extend(from_server(&[b'.'; 60_000]));
        sent.extend(from_server(b""));
        for cut in [1, 2, 3, 7, 130, 4096, sent.len()] {
            let mut frames = Frames::default();
            let mut seen = Vec::new();
            for bytes in sent.chunks(cut) {
                frames.read(bytes, |frame| seen.push(format!("{frame:?}")));
            }
            let talk = |payload: &[u8]| format!("{:?}", Frame::Talk(1, payload));
            let event = format!("{:?}", Frame::Event);
            assert_eq!(
                seen,
                [talk(b"talk"), event.clone(), event, talk(b"")],
                "{cut}"
            );
        }
    }

    #[test]
    fn a_client_masks() {
        assert_eq!(from_client(1, b"hi"), *b"\x81\x82\0\0\0\0hi");
        assert_eq!(from_client(9, &[0; 126])[..8], *b"\x89\xfe\0\x7e\0\0\0\0");
    }
}
