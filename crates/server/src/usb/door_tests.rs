use super::*;

/// Far less than a slow one takes, far more than a question does.
const PROMPT: Duration = Duration::from_secs(4);

/// A door that takes every stick, and its folder.
fn door(patience: Duration) -> (Door, Folder, tempfile::TempDir) {
    let data = tempfile::tempdir().unwrap();
    let folder = Folder::new(data.path());
    folder.create().unwrap();
    let take = |stick: &Path| Told::Done {
        good: true,
        lines: vec![stick.display().to_string()],
    };

    (Door::listen(&folder, patience, take).unwrap(), folder, data)
}

/// Somebody without a token who says a byte every 20 ms, for ten seconds or until nobody listens. Returns once some of
/// them are said.
fn slow(address: SocketAddr) -> JoinHandle<()> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_millis(20)))
        .unwrap();
    let (tell, told) = channel();
    let slow = thread::spawn(move || {
        for said in 0..500 {
            if stream.write_all(b"x").is_err() {
                return;
            }
            match stream.read(&mut [0]) {
                Err(error) if is_pause(&error) => {}
                Ok(_) | Err(_) => return,
            }
            if said == 5 {
                tell.send(()).unwrap();
            }
        }
    });
    told.recv().unwrap();

    slow
}

#[test]
fn one_who_asks_byte_by_byte_is_cut_off_and_the_next_question_is_served() {
    let (door, folder, _data) = door(Duration::from_millis(400));
    let slow = slow(door.address);
    let watch = Stopwatch::start();
    let told = ask(&folder, Path::new("/stick")).unwrap();
    assert!(watch.time() < PROMPT, "{:?}", watch.time());
    let Told::Done { good, lines } = told else {
        panic!("it takes every stick");
    };
    assert_eq!((good, lines), (true, vec!["/stick".to_owned()]));
    slow.join().unwrap();
    door.close();
}

#[test]
fn a_stop_does_not_wait_for_one_who_asks_byte_by_byte() {
    let (door, folder, _data) = door(Duration::from_mins(10));
    let slow = slow(door.address);
    let watch = Stopwatch::start();
    door.close();
    assert!(watch.time() < PROMPT, "{:?}", watch.time());
    assert!(!folder.usb().exists());
    slow.join().unwrap();
}

#[test]
fn a_question_that_is_too_long_is_not_heard_to_its_end() {
    let (door, folder, _data) = door(PATIENCE);
    let mut stream = TcpStream::connect(door.address).unwrap();
    // It may be cut off before all of it is said.
    let _ = stream.write_all(&vec![b' '; 2 * MAX_QUESTION]);
    assert!(!matches!(stream.read(&mut [0]), Ok(1..)));
    assert!(ask(&folder, Path::new("/stick")).is_ok());
    door.close();
}
