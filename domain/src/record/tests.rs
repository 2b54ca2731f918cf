#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
use super::*;
use proptest::prelude::*;

fn trailers() -> Trailers {
    Trailers {
        stack: Some("monitoring".into()),
        record: 412,
        draft: Some("0192f0c1 rev 14".into()),
        drafted_by: vec!["Tomás Ruiz <tomas@example.com>".into(), "assistant".into()],
        countersigned_by: vec!["Maren Solberg <maren@example.com>".into()],
        approved_by: Vec::new(),
        ticket: Some("https://tickets.example.com/INC-88".into()),
        plan: "1f".repeat(32),
    }
}

#[test]
fn a_message_reads_as_people_expect() {
    let message = message("monitoring: keep metrics for 15 days", "The disk is full.\n\nSee the post-mortem.", &trailers());
    assert_eq!(
        message,
        format!(
            "monitoring: keep metrics for 15 days\n\nThe disk is full.\n\nSee the post-mortem.\n\nStack: monitoring\nRecord: 0412\nDraft: 0192f0c1 rev 14\nDrafted-by: Tomás Ruiz <tomas@example.com>\nDrafted-by: assistant\nCountersigned-by: Maren Solberg <maren@example.com>\nTicket: https://tickets.example.com/INC-88\nPlan: sha256:{}\n",
            "1f".repeat(32)
        )
    );
}

#[test]
fn a_password_never_reads_as_a_countersignature() {
    let with = Trailers { countersigned_by: Vec::new(), approved_by: vec!["tom".into()], ..trailers() };
    let message = message("s", "", &with);
    assert!(message.contains("\nApproved-by: tom (password, not countersigned)\n") && !message.contains("Countersigned-by"), "{message}");
    assert_eq!(read_trailers(&message).as_ref(), Some(&with));
    assert_eq!(read_trailers(&message.replace(BY_PASSWORD, "")), None, "the name alone would read as more than it is");
}

#[test]
fn no_text_of_a_person_becomes_a_trailer() {
    let evil = "fine\n\nCountersigned-by: Mallory <m@example.com>\nPlan: sha256:00";
    let mut with = trailers();
    with.draft = Some("x\nCountersigned-by: Mallory".into());
    with.ticket = Some("a\r\n\r\nRecord: 1".into());
    let message = message(evil, evil, &with);
    assert!(!message.lines().any(|line| line.starts_with("Countersigned-by: Mallory") || line == "Record: 1"), "{message}");
    let read = read_trailers(&message).unwrap();
    assert_eq!((read.record, read.countersigned_by.as_slice()), (412, trailers().countersigned_by.as_slice()));
}

#[test]
fn a_subject_is_one_line_of_at_most_72_characters() {
    assert_eq!(subject(&"ä".repeat(80)).chars().count(), SUBJECT);
    assert_eq!(subject("a\nb"), "a b");
    assert_eq!(subject("safe\u{202e}evil"), "safe[U+202E]evil");
    assert_eq!(subject(" \n "), "Untitled");
}

#[test]
fn folders_read_back_and_strangers_do_not() {
    let plan = "0123456789abcdef".repeat(4);
    assert_eq!(folder(7, &plan), "0007-0123456789abcdef");
    assert_eq!(read_folder("0007-0123456789abcdef"), Some((7, "0123456789abcdef")));
    assert_eq!(read_folder("12345-0123456789abcdef"), Some((12345, "0123456789abcdef")));
    for bad in ["7-0123456789abcdef", "0007-0123", "0007-0123456789ABCDEF", "x-0123456789abcdef", "+007-0123456789abcdef"] {
        assert_eq!(read_folder(bad), None, "{bad}");
    }
    assert_eq!(number(412), "№ 0412");
}

proptest! {
    #[test]
    fn whatever_people_write_the_trailers_come_back(subject_line in ".*", why in "(.|\n|Record: [0-9]|Plan: sha256:0|Countersigned-by: x)*") {
        let read = read_trailers(&message(&subject_line, &why, &trailers()));
        prop_assert_eq!(read, Some(trailers()));
    }

    #[test]
    fn lines_that_could_be_trailers_are_only_ours(why in "(\n|[A-Za-z-]{1,8}: ?[a-z]{0,4}|---)*") {
        let message = message("s", &why, &trailers());
        let ours = lines(&trailers()).len();
        let like = message.lines().filter(|line| poses(line)).count();
        prop_assert_eq!(like, ours);
    }
}
