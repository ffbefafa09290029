//! How often one address may try to enrol.

use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};

/// Tries in a window (SECURITY.md §8).
const TRIES: usize = 5;
/// The window, in milliseconds.
const WINDOW_MS: u64 = 60_000;
/// Addresses remembered at once. With more, nobody may try until the oldest are forgotten.
const ADDRESSES: usize = 10_000;

/// The tries of the last minute by address.
#[derive(Debug, Default)]
pub struct Attempts(Mutex<BTreeMap<IpAddr, VecDeque<u64>>>);

impl Attempts {
    /// Counts a try at `mono_ms`; false if it is one too many.
    pub fn allow(&self, address: IpAddr, mono_ms: u64) -> bool {
        let mut tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let counts = |time: &u64| mono_ms.saturating_sub(*time) < WINDOW_MS;
        let owner = owner(address);
        if !tries.contains_key(&owner) && tries.len() >= ADDRESSES {
            tries.retain(|_, times| times.back().is_some_and(counts));
            if tries.len() >= ADDRESSES {
                return false;
            }
        }
        let times = tries.entry(owner).or_default();
        times.retain(counts);
        if times.len() >= TRIES {
            return false;
        }
        times.push_back(mono_ms);

        true
    }
}

/// Whoever has one IPv6 address has 2^64 of them.
pub(crate) fn owner(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(
            address.to_bits() & !u128::from(u64::MAX),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    #[test]
    fn the_sixth_try_within_a_minute_is_one_too_many_and_a_minute_later_it_is_not() {
        let attempts = Attempts::default();
        assert!((0..5).all(|second| attempts.allow(HERE, second * 1_000)));
        assert!(!attempts.allow(HERE, 5_000));
        assert!(!attempts.allow(HERE, 59_999));
        assert!(attempts.allow(HERE, 60_000));
        assert!(!attempts.allow(HERE, 60_001));
    }

    #[test]
    fn another_address_has_its_own_tries_but_not_one_of_the_same_network_of_ipv6() {
        let attempts = Attempts::default();
        let v6 = |last| IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 1, 0, 0, 0, last));
        for last in 0..5 {
            assert!(attempts.allow(v6(last), 0));
        }
        assert!(!attempts.allow(v6(9), 0));
        assert!(attempts.allow(HERE, 0));
    }

    #[test]
    fn many_addresses_at_once_are_refused_before_they_fill_the_memory() {
        let attempts = Attempts::default();
        let address = |n: u32| IpAddr::V4(std::net::Ipv4Addr::from_bits(n));
        assert!((0..10_000).all(|n| attempts.allow(address(n), 0)));
        assert!(!attempts.allow(address(10_000), 0));
        assert!(attempts.allow(address(10_000), 60_000));
    }
}
