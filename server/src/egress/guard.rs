//! Which addresses may be connected to: the public ones, and the inside networks that an administrator named.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::network::Network;

/// Doors of Kubernetes, of its store and of mail and shells: no chart lies behind them, on whatever address.
const REFUSED_PORTS: &[u16] = &[2375, 2376, 2379, 2380, 3306, 5432, 6379, 6443, 10250, 10255, 11211, 27017];

#[derive(Debug, Clone, Default)]
pub struct Guard {
    allowed: Vec<Network>,
    is_open: bool,
}

/// Why an address is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Inside {
    #[error("{0} is an address inside")]
    Address(IpAddr),
    #[error("port {0} is not one that charts are served on")]
    Port(u16),
}

impl Guard {
    pub fn new(allowed: Vec<Network>) -> Guard {
        Guard { allowed, is_open: false }
    }

    /// Judges nothing: for a host that an administrator named in so many words and that Git speaks to anyhow.
    pub fn open() -> Guard {
        Guard { allowed: Vec::new(), is_open: true }
    }

    /// A network that an administrator named is open on every port.
    pub fn judge(&self, address: SocketAddr) -> Result<(), Inside> {
        let (ip, port) = (address.ip().to_canonical(), address.port());
        if self.is_open || self.allowed.iter().any(|network| network.contains(ip)) {
            return Ok(());
        }
        if !is_public(ip) {
            return Err(Inside::Address(ip));
        }
        let is_usual = matches!(port, 80 | 443) || port >= 1024;
        if is_usual && !REFUSED_PORTS.contains(&port) { Ok(()) } else { Err(Inside::Port(port)) }
    }
}

/// An address of the internet. What is reserved, private, local or a way around into such is not.
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let is_reserved = match (a, b, c) {
        // This network, private, loopback, and what is multicast or reserved.
        (0 | 10 | 127 | 224..=255, _, _) => true,
        // Shared by carriers; cloud providers put their metadata there too.
        (100, 64..=127, _) => true,
        (169, 254, _) | (172, 16..=31, _) | (192, 168, _) => true,
        // Protocol assignments, documentation, old relays, benchmarks.
        (192, 0, 0 | 2) | (192, 88, 99) | (198, 18 | 19, _) | (198, 51, 100) | (203, 0, 113) => true,
        _ => false,
    };
    !is_reserved
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, ..] = ip.segments();
    // Only 2000::/3 is routed at all. Inside it, Teredo and 6to4 carry an IPv4 address, and some is for books.
    let is_global = a & 0xe000 == 0x2000;
    let is_teredo_or_assigned = a == 0x2001 && b < 0x0200;
    let is_documentation = (a == 0x2001 && b == 0x0db8) || (a == 0x3fff && b < 0x1000);
    let is_6to4 = a == 0x2002;
    is_global && !is_teredo_or_assigned && !is_documentation && !is_6to4
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn judge(guard: &Guard, ip: &str, port: u16) -> bool {
        guard.judge(SocketAddr::new(ip.parse().unwrap(), port)).is_ok()
    }

    #[test]
    fn what_lies_inside_is_refused_and_the_internet_is_not() {
        let guard = Guard::default();
        for inside in [
            "127.0.0.1",
            "127.255.1.1",
            "0.0.0.0",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "100.100.100.200",
            "192.0.0.192",
            "198.18.0.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001::1",
            "2001:db8::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!judge(&guard, inside, 443), "{inside}");
        }
        for outside in ["1.1.1.1", "172.32.0.1", "100.128.0.1", "185.199.108.153", "2606:50c0:8000::153", "2a00:1450:4001::1"] {
            assert!(judge(&guard, outside, 443), "{outside}");
        }
    }

    #[test]
    fn only_doors_that_charts_are_behind_are_tried() {
        let guard = Guard::default();
        for (port, open) in [(80, true), (443, true), (5000, true), (8443, true), (22, false), (25, false), (6443, false), (10250, false)] {
            assert_eq!(judge(&guard, "1.1.1.1", port), open, "{port}");
        }
    }

    #[test]
    fn a_named_network_is_open_and_its_neighbours_are_not() {
        let guard = Guard::new(vec!["10.1.0.0/16".parse().unwrap(), "127.0.0.1".parse().unwrap()]);
        assert!(judge(&guard, "10.1.2.3", 443) && judge(&guard, "10.1.2.3", 22) && judge(&guard, "::ffff:127.0.0.1", 80));
        assert!(!judge(&guard, "10.2.0.1", 443) && !judge(&guard, "127.0.0.2", 80) && !judge(&guard, "::1", 80));
    }
}
