use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::rules::Outcome;

fn evaluated(logic: &Value, data: &Value) -> Result<Value, EvalError> {
    let logic = Logic::parse_as_reached(logic);

    logic.evaluate(Data::new(data)?)
}

fn error(logic: &Value, data: &Value) -> EvalError {
    evaluated(logic, data).unwrap_err()
}

#[test]
fn an_operand_of_another_type_is_an_error_of_that_operation() {
    use Operation::{
        After, And, DateOfBirth, ExtractFromUvci, If, In, Less, Not, Plus, PlusTime, Reduce,
    };
    let time = json!({"plusTime": ["2021", 0, "day"]});
    for (logic, want) in [
        (json!({"in": [1, null_var()]}), EvalError::NotAnArray(In)),
        (json!({"in": ["a", "abc"]}), EvalError::NotAnArray(In)),
        (
            json!({"reduce": ["abc", 1, 1]}),
            EvalError::NotAnArray(Reduce),
        ),
        (json!({"+": [1, null_var()]}), EvalError::NotAnInteger(Plus)),
        (
            json!({"+": [1, {"var": "half"}]}),
            EvalError::NotAnInteger(Plus),
        ),
        (json!({"<": [1, "2"]}), EvalError::NotAnInteger(Less)),
        (
            json!({"<": [2, 1, null_var()]}),
            EvalError::NotAnInteger(Less),
        ),
        (json!({"<": [time, time]}), EvalError::NotAnInteger(Less)),
        (json!({"after": [time, "2021"]}), EvalError::NotATime(After)),
        (
            json!({"after": [time, null_var()]}),
            EvalError::NotATime(After),
        ),
        (json!({"after": [1, 2]}), EvalError::NotATime(After)),
        (
            json!({"plusTime": [null_var(), 1, "day"]}),
            EvalError::NotAString(PlusTime),
        ),
        (
            json!({"plusTime": [2021, 1, "day"]}),
            EvalError::NotAString(PlusTime),
        ),
        (
            json!({"plusTime": [time, 1, "day"]}),
            EvalError::NotAString(PlusTime),
        ),
        (
            json!({"plusTime": ["", 1, "day"]}),
            EvalError::NoDate(PlusTime),
        ),
        (
            json!({"dccDateOfBirth": [null_var()]}),
            EvalError::NotAString(DateOfBirth),
        ),
        (
            json!({"dccDateOfBirth": ["2021-01-01T00:00:00Z"]}),
            EvalError::NoDate(DateOfBirth),
        ),
        (
            json!({"extractFromUVCI": [1, 0]}),
            EvalError::NotAString(ExtractFromUvci),
        ),
        (json!({"if": [time, 1, 2]}), EvalError::NotATruth(If)),
        (json!({"!": [{"var": "half"}]}), EvalError::NotATruth(Not)),
        (json!({"and": [true, time]}), EvalError::NotATruth(And)),
        (json!({"and": [time, true]}), EvalError::NotATruth(And)),
        (json!({"+": [i64::MAX, 1]}), EvalError::OutOfRange(Plus)),
        (
            json!({"plusTime": ["2021", i64::MAX, "year"]}),
            EvalError::OutOfRange(PlusTime),
        ),
    ] {
        assert_eq!(error(&logic, &json!({"half": 0.5})), want, "{logic}");
    }
}

fn null_var() -> Value {
    json!({"var": "nothing"})
}

#[test]
fn data_beyond_64_bits_pass_through_and_are_no_integers() {
    let data = json!({"x": u64::MAX});
    assert_eq!(evaluated(&json!({"var": "x"}), &data), Ok(json!(u64::MAX)));
    assert_eq!(
        error(&json!({"<": [{"var": "x"}, 1]}), &data),
        EvalError::NotAnInteger(Operation::Less)
    );
}

#[test]
fn what_is_no_expression_is_an_error_only_where_it_is_reached() {
    let logic = json!({"if": [{"var": ""}, 1, {"all": []}]});
    assert!(Logic::parse(&logic).is_err());
    let logic = Logic::parse_as_reached(&logic);
    let at = |data: bool| logic.evaluate(Data::new(&json!(data)).unwrap());
    assert_eq!(at(true), Ok(json!(1)));
    assert_eq!(
        at(false),
        Err(EvalError::Invalid(Problem::Unknown("all".to_owned())))
    );
}

#[test]
fn ten_thousand_steps_are_taken_and_not_one_more() {
    // The array, the folds' own three expressions, and two a fold.
    let fold = json!({"reduce": [{"var": "xs"}, {"!": [{"var": "current"}]}, 0]});
    let data = |items: usize| json!({ "xs": vec![false; items] });
    let most = (MAX_STEPS - 3) / 2 - 160;
    assert_eq!(evaluated(&fold, &data(most)), Ok(json!(true)));
    assert_eq!(error(&fold, &data(5_000)), Beyond::Steps.into());
}

/// Comparing is paid for by what is compared, not by the operations that ask for it.
#[test]
fn a_search_in_long_arrays_of_long_strings_ends_early() {
    let long = "x".repeat(8_000);
    let data = json!({"w": format!("{long}y"), "xs": vec![format!("{long}z"); 9_000]});
    let once = json!({"in": [{"var": "w"}, {"var": "xs"}]});
    assert_eq!(error(&once, &data), Beyond::Steps.into());
    let short = json!({"w": "y", "xs": vec!["z"; 9_000]});
    assert_eq!(evaluated(&once, &short), Ok(json!(false)));
    let often = json!(vec![once; 900]);
    assert_eq!(error(&often, &short), Beyond::Steps.into());
}

#[test]
fn dates_and_identifiers_of_many_bytes_cost_more_than_their_expressions() {
    let decimals = "1".repeat(8_000);
    let data = json!({"d": format!("2021-01-01T00:00:00.{decimals}Z"), "u": decimals});
    for one in [
        json!({"plusTime": [{"var": "d"}, 1, "day"]}),
        json!({"extractFromUVCI": [{"var": "u"}, 0]}),
    ] {
        assert!(evaluated(&json!(vec![one.clone(); 10]), &data).is_ok());
        assert_eq!(error(&json!(vec![one; 100]), &data), Beyond::Steps.into());
    }
}

#[test]
fn an_accumulator_grows_neither_deep_nor_wide() {
    let data = json!(vec![0; 900]);
    let fold = |lambda: Value| json!({"reduce": [{"var": ""}, lambda, "seed"]});
    let nested = fold(json!([{"var": "accumulator"}]));
    assert_eq!(error(&nested, &data), Beyond::Depth.into());
    let whole = fold(json!({"var": ""}));
    assert_eq!(error(&whole, &data), Beyond::Depth.into());
    let twenty = json!(vec![0; 20]);
    let doubled = fold(json!([{"var": "accumulator"}, {"var": "accumulator"}]));
    assert_eq!(error(&doubled, &twenty), Beyond::Items.into());
    let compared = json!({"===": [doubled, doubled]});
    assert_eq!(error(&compared, &twenty), Beyond::Steps.into());
}

#[test]
fn a_result_holds_256_kib_of_strings_at_most() {
    let data = json!("x".repeat(8_000));
    let copies = |count: usize| json!(vec![json!({"var": ""}); count]);
    assert!(evaluated(&copies(32), &data).is_ok());
    assert_eq!(error(&copies(33), &data), Beyond::Size.into());
}

#[test]
fn a_decision_takes_the_data_of_a_code_and_a_test_those_of_all_value_sets() {
    let data = json!(vec![0; 50_000]);
    assert!(matches!(Data::new(&data), Err(Beyond::Items)));
    assert!(Data::of_test(&data).is_ok());
}

/// An expression of every kind, right and wrong, not deeper than `depth`.
fn expressions(depth: u32) -> impl Strategy<Value = Value> {
    let ids = OPERATION_IDS.as_slice();
    let leaf = prop_oneof![
        any::<i8>().prop_map(|number| json!(number)),
        any::<bool>().prop_map(|truth| json!(truth)),
        proptest::sample::select(vec!["", "a", "2021-01-31", "2021", "day", "year", "a.0.b"])
            .prop_map(|text| json!(text)),
        proptest::sample::select(vec!["", "a", "b.0", "current", "accumulator", "a.b"])
            .prop_map(|path| json!({ "var": path })),
    ];
    leaf.prop_recursive(depth, 64, 4, move |inside| {
        let operands = proptest::collection::vec(inside, 0..4);
        (proptest::sample::select(ids), operands).prop_map(|(id, operands)| {
            if id.is_empty() {
                json!(operands)
            } else {
                json!({ id: operands })
            }
        })
    })
}

const OPERATION_IDS: [&str; 14] = [
    "",
    "!",
    "+",
    "<",
    "===",
    "after",
    "and",
    "dccDateOfBirth",
    "extractFromUVCI",
    "if",
    "in",
    "not-before",
    "plusTime",
    "reduce",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_expression_panics_and_valid_ones_evaluate_the_same_both_ways(
        logic in expressions(6), data in expressions(4),
    ) {
        let as_reached = Logic::parse_as_reached(&logic).evaluate(Data::new(&data).unwrap());
        if let Ok(parsed) = Logic::parse(&logic) {
            let evaluated = parsed.evaluate(Data::new(&data).unwrap());
            prop_assert!(!matches!(evaluated, Err(EvalError::Invalid(_))));
            prop_assert_eq!(evaluated, as_reached);
        }
    }

    #[test]
    fn negation_turns_holding_into_failing_and_never_errors_into_values(
        logic in expressions(4), data in expressions(3),
    ) {
        let data = Data::new(&data).unwrap();
        if let Ok(positive) = Logic::parse(&logic)
            && let Ok(negative) = Logic::parse(&json!({"!": [logic]}))
        {
            let (positive, negative) = (positive.evaluate(data), negative.evaluate(data));
            match Outcome::of(&positive) {
                Outcome::Holds => prop_assert_eq!(Outcome::of(&negative), Outcome::Fails),
                Outcome::Fails => prop_assert_eq!(Outcome::of(&negative), Outcome::Holds),
                Outcome::Undecided => prop_assert!(positive.is_ok() || negative.is_err()),
            }
        }
    }
}
