//! Which addresses lie outside: what the registries of special addresses keep for other uses does not.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Networks of version 4 that are nobody's on the internet.
const SPECIAL: [(Ipv4Addr, u8); 16] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
    (Ipv4Addr::BROADCAST, 32),
];

/// Whether an address is one of the internet at large.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            !SPECIAL.iter().any(|(network, bits)| within(IpAddr::V4(address), IpAddr::V4(*network), *bits))
        }
        IpAddr::V6(address) => {
            let parts = address.segments();
            let carried = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
            match parts {
                // Addresses of version 4 in the clothes of version 6.
                [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
                    is_public(IpAddr::V4(carried(high, low)))
                }
                [0x2002, high, low, ..] => is_public(IpAddr::V4(carried(high, low))),
                // Only 2000::/3 is given out, and of that not what is for examples and tunnels.
                [0x2001, 0x0db8, ..] | [0x2001, 0..=0x01ff, ..] | [0x3fff, 0..=0x0fff, ..] => false,
                [first, ..] => (0x2000..=0x3fff).contains(&first),
            }
        }
    }
}

/// Whether an address lies in a network of so many fixed bits.
pub fn within(address: IpAddr, network: IpAddr, bits: u8) -> bool {
    match (address, network) {
        (IpAddr::V4(address), IpAddr::V4(network)) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(bits)).unwrap_or(0);
            u32::from(address) & mask == u32::from(network) & mask
        }
        (IpAddr::V6(address), IpAddr::V6(network)) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(bits)).unwrap_or(0);
            u128::from(address) & mask == u128::from(network) & mask
        }
        (IpAddr::V6(address), IpAddr::V4(_)) => {
            let plain: Option<Ipv4Addr> = Ipv6Addr::to_ipv4_mapped(&address);
            plain.is_some_and(|address| within(IpAddr::V4(address), network, bits))
        }
        (IpAddr::V4(_), IpAddr::V6(_)) => false,
    }
}
