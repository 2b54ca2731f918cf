//! The binary form of SSH (RFC 4251 §5): bytes, lengths, strings and big numbers, read strictly.

/// Reads from the front; every method answers `None` when the bytes are not what they should be.
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Reader { rest: bytes }
    }

    pub fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(head)
    }

    pub fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|bytes| bytes[0])
    }

    pub fn number(&mut self) -> Option<u32> {
        self.take(4)?.try_into().ok().map(u32::from_be_bytes)
    }

    pub fn string(&mut self) -> Option<&'a [u8]> {
        let length = self.number()?;
        self.take(usize::try_from(length).ok()?)
    }

    pub fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.string()?).ok()
    }

    /// A positive number of at most 32 bytes, in its one shortest form.
    pub fn scalar(&mut self) -> Option<[u8; 32]> {
        let bytes = self.string()?;
        let magnitude = match bytes {
            [0, rest @ ..] if rest.first().is_some_and(|first| first & 0x80 != 0) => rest,
            [first, ..] if (1..0x80).contains(first) => bytes,
            _ => return None,
        };
        let mut scalar = [0; 32];
        scalar.get_mut(32usize.checked_sub(magnitude.len())?..)?.copy_from_slice(magnitude);
        Some(scalar)
    }

    pub fn end(self) -> Option<()> {
        self.rest.is_empty().then_some(())
    }
}

#[derive(Default)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    pub fn raw(mut self, bytes: &[u8]) -> Self {
        self.bytes.extend_from_slice(bytes);
        self
    }

    pub fn byte(self, byte: u8) -> Self {
        self.raw(&[byte])
    }

    pub fn number(self, number: u32) -> Self {
        self.raw(&number.to_be_bytes())
    }

    pub fn string(self, bytes: impl AsRef<[u8]>) -> Self {
        let bytes = bytes.as_ref();
        let length = u32::try_from(bytes.len()).expect("everything written here was bounded when it was read");
        self.number(length).raw(bytes)
    }

    pub fn scalar(self, scalar: &[u8; 32]) -> Self {
        let start = scalar.iter().position(|byte| *byte != 0).unwrap_or(32);
        let magnitude = &scalar[start..];
        match magnitude.first() {
            Some(first) if first & 0x80 != 0 => self.string([&[0], magnitude].concat()),
            _ => self.string(magnitude),
        }
    }

    pub fn done(self) -> Vec<u8> {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn a_scalar_has_one_form() {
        for scalar in [[0xff; 32], [0x7f; 32], {
            let mut one = [0; 32];
            one[31] = 1;
            one
        }] {
            let bytes = Writer::default().scalar(&scalar).done();
            assert_eq!(Reader::new(&bytes).scalar().unwrap(), scalar);
        }
        let padded = Writer::default().string([0, 1]).done();
        let negative = Writer::default().string([0x80]).done();
        let zero = Writer::default().string([]).done();
        let long = Writer::default().string([1; 33]).done();
        for bad in [padded, negative, zero, long] {
            assert_eq!(Reader::new(&bad).scalar(), None);
        }
    }

    #[test]
    fn a_length_beyond_the_bytes_is_refused() {
        assert_eq!(Reader::new(&[0xff, 0xff, 0xff, 0xff, 1]).string(), None);
        assert_eq!(Reader::new(&[0, 0, 0, 2, 1]).string(), None);
        assert_eq!(Reader::new(&[0]).end(), None);
    }
}
