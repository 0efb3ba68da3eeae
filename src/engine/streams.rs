//! Random numbers that belong to a patient and a purpose.
//!
//! A draw is a pure function of (seed, replication, patient, purpose, nth time): no generator has a state, so no draw can
//! move another. Knows neither distributions nor what a purpose means.

/// Mixes two words through a folded 64 × 64 → 128 bit product.
#[inline(always)]
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product as u64) ^ ((product >> 64) as u64)
}

const A: u64 = 0x9e37_79b9_7f4a_7c15;
const B: u64 = 0xd6e8_feb8_6659_fd93;
const C: u64 = 0xa076_1d64_78bd_642f;
const D: u64 = 0xe703_7ed1_a0b4_28db;

/// A key for a purpose or a stream from its stable name.
pub fn purpose_key(name: &str) -> u64 {
    // FNV-1a spreads short names; the finaliser (Stafford's mix 13) fills all 64 bits.
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in name.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    finalise(hash)
}

fn finalise(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Root of all draws of one replication.
pub fn replication_key(seed: u64, replication: u32) -> u64 {
    finalise(finalise(seed.wrapping_add(A)) ^ u64::from(replication).wrapping_mul(B))
}

/// A patient's identity in a replication: the stream it comes from and its ordinal there.
#[inline]
pub fn patient_key(replication: u64, stream: u64, ordinal: u64) -> u64 {
    fold(
        fold(replication ^ stream, B) ^ ordinal.wrapping_mul(A) ^ stream,
        C,
    )
}

/// 64 random bits: the `nth` draw of `patient` for `purpose`.
#[inline(always)]
pub fn draw(patient: u64, purpose: u64, nth: u64) -> u64 {
    first_draw(patient, repeated(purpose, nth))
}

/// The purpose of what is drawn for a purpose the `nth` time; at time 0 it is the purpose itself.
#[inline(always)]
pub fn repeated(purpose: u64, nth: u64) -> u64 {
    purpose ^ nth.wrapping_mul(B)
}

/// As [`draw`], the first time.
#[inline(always)]
pub fn first_draw(patient: u64, purpose: u64) -> u64 {
    let mixed = fold(patient ^ A, purpose);
    fold(mixed ^ C, patient.rotate_left(32) ^ D)
}

/// A draw as a number in (0, 1): 53 bits, never 0 or 1.
#[inline(always)]
pub fn unit(bits: u64) -> f64 {
    ((bits >> 11) as i64 as f64 + 0.5) * (1.0 / 9_007_199_254_740_992.0)
}
