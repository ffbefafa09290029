//! The lists that come with the public vectors.

use domain::code::foreign::revocation::{ListError, Revocation, Revocations, RidList};
use domain::code::foreign::{SignerNames, pretix, shc};
use serde_json::Value;

use crate::vectors::lines;

#[test]
fn the_public_lists_of_rids_are_taken_unless_their_version_is_another_and_revoke_what_they_name() {
    for vector in lines("shc") {
        let list = &vector["crl"];
        if list.is_null() {
            continue;
        }
        let version = vector["crl_version_in_jwks"].as_u64();
        let version = version.or(list["ctr"].as_u64()).unwrap();
        let read = RidList::decode(list.to_string().as_bytes(), version);
        if vector["expect_crl_valid"] == false {
            assert_eq!(read, Err(ListError::OtherVersion), "{}", vector["id"]);
            continue;
        }
        let mut revocations = Revocations::default();
        revocations.rids.push(read.unwrap());
        let card = shc::decode(vector["qr"].as_str().unwrap()).unwrap();
        // The source names the holder of the card that its list revokes.
        let named_so = vector["expect"]["fields"]["name"][0]["family"] == "Revoked";
        let revoked = revocations.of(&card, &SignerNames::default()) == Some(Revocation::Revoked);
        assert_eq!(revoked, named_so, "{}", vector["id"]);
    }
}

#[test]
fn the_public_tickets_are_blocked_by_their_own_text_alone() {
    for vector in lines("pretix") {
        let text = vector["qr"].as_str().unwrap();
        let blocked = vector["expect"]["blocked"] == true;
        let supplied = vector["notes"][0].as_str().unwrap_or_default();
        let secret = supplied.rsplit(' ').next().unwrap();
        assert_eq!(blocked, !secret.is_empty() && secret == text);
        let list = Value::from(vec![serde_json::json!({"secret": secret})]);
        let mut revocations = Revocations::default();
        if blocked {
            let secrets = &mut revocations.secrets;
            secrets.add_blocked(list.to_string().as_bytes()).unwrap();
        }
        let ticket = pretix::decode(text).unwrap();
        let how = blocked.then_some(Revocation::Blocked);
        assert_eq!(
            revocations.of(&ticket, &SignerNames::default()),
            how,
            "{}",
            vector["id"]
        );
    }
}
