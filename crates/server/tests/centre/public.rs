//! Documents and files that anyone may have.

use std::fs;

use axum::http::StatusCode;
use domain::crypto::sha256;
use domain::hex;

use crate::authority;
use crate::town::Town;

#[tokio::test]
async fn root_trust_and_manifest_are_handed_out_as_they_are_now() {
    let town = Town::new();
    let got = town.fetch("/v1/knowledge/root").await;
    assert_eq!((got.status, got.body), (StatusCode::OK, authority::root()));
    assert_eq!(got.headers["content-type"], "application/cbor");
    let got = town.fetch("/v1/knowledge/manifest").await;
    assert_eq!(got.status, StatusCode::NOT_FOUND);
    let public = town.folder().authority().join("public");
    fs::write(public.join("manifest.cbor"), b"manifest").unwrap();
    let got = town.fetch("/v1/knowledge/manifest").await;
    assert_eq!(
        (got.status, got.text()),
        (StatusCode::OK, "manifest".to_owned())
    );
}

#[tokio::test]
async fn a_status_file_is_found_by_its_hash_alone() {
    let town = Town::new();
    let name = hex::encode(sha256(&[b"status"]));
    let folder = town.folder().authority().join("public/status");
    fs::write(folder.join(format!("{name}.bin")), b"status").unwrap();
    let got = town.fetch(&format!("/v1/status/{name}")).await;
    assert_eq!(
        (got.status, got.text()),
        (StatusCode::OK, "status".to_owned())
    );
    for other in [
        hex::encode([0; 32]),
        "..%2F..%2Froot.cbor".to_owned(),
        "..%2f..%2f..%2fregistry.key".to_owned(),
        format!("{name}.bin"),
        format!("%2e%2e%2f{name}"),
        name.split_at(1).1.to_owned(),
    ] {
        let got = town.fetch(&format!("/v1/status/{other}")).await;
        assert_eq!(got.status, StatusCode::NOT_FOUND, "{other}");
    }
}

#[tokio::test]
async fn a_list_of_what_was_taken_back_is_found_by_its_hash_alone() {
    let town = Town::new();
    let name = hex::encode(sha256(&[b"[]"]));
    let folder = town.folder().authority().join("public/revocation");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join(format!("{name}.json")), b"[]").unwrap();
    let got = town.fetch(&format!("/v1/revocation/{name}")).await;
    assert_eq!((got.status, got.text()), (StatusCode::OK, "[]".to_owned()));
    for other in [
        hex::encode([0; 32]),
        "..%2F..%2Froot.cbor".to_owned(),
        format!("{name}.json"),
    ] {
        let got = town.fetch(&format!("/v1/revocation/{other}")).await;
        assert_eq!(got.status, StatusCode::NOT_FOUND, "{other}");
    }

    let large = fs::File::create(folder.join(format!("{}.json", hex::encode([2; 32])))).unwrap();
    large.set_len(4 * 1024 * 1024 + 1).unwrap();
    let got = town
        .fetch(&format!("/v1/revocation/{}", hex::encode([2; 32])))
        .await;
    assert_eq!(got.status, StatusCode::INTERNAL_SERVER_ERROR);
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_among_the_status_files_leads_nowhere() {
    let town = Town::new();
    let name = hex::encode([1; 32]);
    let authority = town.folder().authority();
    std::os::unix::fs::symlink(
        authority.join("registry.key"),
        authority.join(format!("public/status/{name}.bin")),
    )
    .unwrap();
    let got = town.fetch(&format!("/v1/status/{name}")).await;
    assert_eq!(got.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(got.text(), "failed\n");
}

#[tokio::test]
async fn health_is_ok_while_the_store_takes_entries_and_not_after() {
    use server::store::Store;

    let town = Town::new();
    let got = town.fetch("/healthz").await;
    assert_eq!(
        (got.status, got.text()),
        (StatusCode::OK, "ok\n".to_owned())
    );
    town.store.close();
    let got = town.fetch("/healthz").await;
    assert_eq!(got.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn other_paths_and_methods_lead_nowhere() {
    let town = Town::new();
    for path in ["/", "/v1", "/v1/knowledge/assignment", "/v1/knowledge/"] {
        assert_eq!(
            town.fetch(path).await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
    let got = town.fetch("/v1/batches").await;
    assert_eq!(got.status, StatusCode::METHOD_NOT_ALLOWED);
}
