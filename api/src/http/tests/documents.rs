//! A document that is known is answered as one that is new, whatever its variables are.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use async_graphql::{
    Context, Enum, InputObject, InputValueError, InputValueResult, Object, Response, Scalar,
    ScalarType, Schema, Subscription, ValidationMode,
};
use futures_util::{Stream, StreamExt, stream};
use serde_json::{Value, json};

use crate::{
    graphql::TellValid,
    http::{
        Drain, Executors, Limits,
        documents::Documents,
        execution::run,
        operation::{Operation, Parameters},
    },
};

#[derive(Enum, Clone, Copy, PartialEq, Eq)]
enum Kind {
    A,
    B,
}

#[derive(InputObject)]
struct Point {
    x: i32,
    #[graphql(default = 1)]
    y: i64,
    kind: Option<Kind>,
    next: Option<Box<Point>>,
}

struct Code(String);

#[Scalar]
impl ScalarType for Code {
    fn parse(value: async_graphql::Value) -> InputValueResult<Self> {
        match value {
            async_graphql::Value::String(text) if text.len() == 1 => Ok(Self(text)),
            other => Err(InputValueError::expected_type(other)),
        }
    }

    fn to_value(&self) -> async_graphql::Value {
        self.0.clone().into()
    }
}

struct Query;

#[Object]
#[expect(clippy::too_many_arguments, reason = "one of each type")]
impl Query {
    async fn all(
        &self,
        text: Option<String>,
        must: Option<Vec<String>>,
        id: Option<async_graphql::ID>,
        int: Option<i32>,
        #[graphql(default = 5)] count: u32,
        float: Option<f64>,
        flag: Option<bool>,
        kind: Option<Kind>,
        code: Option<Code>,
        points: Option<Vec<Point>>,
    ) -> String {
        let code = code.map(|code| code.0);
        let kind = kind.map(|kind| kind == Kind::A);
        let points = points.map(|points| points.iter().map(describe).collect::<Vec<_>>());
        format!(
            "{text:?} {must:?} {id:?} {int:?} {count} {float:?} {flag:?} {kind:?} {code:?} {points:?}"
        )
    }

    async fn must(&self, text: String, point: Point) -> String {
        text + &describe(&point)
    }

    #[graphql(complexity = "first as usize * child_complexity")]
    async fn list(&self, first: i32) -> Vec<Item> {
        (0..first).map(|_| Item { value: 1 }).collect()
    }

    async fn which<'a>(&self, ctx: &Context<'a>) -> &'a str {
        ctx.data_unchecked::<Which>().0
    }
}

#[derive(async_graphql::SimpleObject)]
struct Item {
    value: i32,
}

fn describe(point: &Point) -> String {
    let next = point.next.as_deref().map(describe);
    let kind = point.kind.map(|kind| kind == Kind::B);
    format!("{} {} {kind:?} {next:?}", point.x, point.y)
}

struct Mutation;

#[Object]
impl Mutation {
    async fn add(&self, ctx: &Context<'_>, by: i32) -> i32 {
        let total = ctx.data_unchecked::<Arc<AtomicUsize>>();
        total.fetch_add(1, Ordering::Relaxed);
        by
    }
}

struct Numbers;

#[Subscription(name = "Subscription")]
impl Numbers {
    async fn count(&self, to: i32) -> impl Stream<Item = i32> + use<> {
        stream::iter(0..to)
    }

    async fn which(&self, ctx: &Context<'_>) -> impl Stream<Item = &'static str> + use<> {
        stream::iter([ctx.data_unchecked::<Which>().0])
    }
}

struct Which(&'static str);

struct World {
    executors: Executors<Schema<Query, Mutation, Numbers>>,
    documents: Arc<Documents>,
    additions: Arc<AtomicUsize>,
}

impl World {
    fn new() -> Self {
        let additions = Arc::new(AtomicUsize::new(0));
        let schema = |which| {
            let schema = Schema::build(Query, Mutation, Numbers).limit_complexity(200);
            schema.data(Which(which)).data(Arc::clone(&additions))
        };
        let strict = schema("strict").extension(TellValid).finish();
        let trusting = schema("trusting").validation_mode(ValidationMode::Fast);
        let documents = Documents::new(Limits::default(), &strict.sdl());
        Self {
            executors: Executors {
                strict,
                trusting: trusting.finish(),
            },
            documents: Arc::new(documents),
            additions,
        }
    }

    fn prepare(&self, query: &str, variables: &Value) -> Operation {
        // Where there are several operations, the first is meant.
        let name = query.starts_with("query A").then_some("A");
        let parameters = json!({ "query": query, "operationName": name, "variables": variables });
        let parameters = Parameters::from_json(parameters).expect("parameters");
        let prepared = parameters.prepare(&self.documents);
        prepared.unwrap_or_else(|error| panic!("{query}: {error:?}"))
    }

    /// The answer as JSON, and how many additions were made for it.
    async fn ask(&self, query: &str, variables: &Value) -> (Value, usize) {
        let before = self.additions.load(Ordering::Relaxed);
        let operation = self.prepare(query, variables);
        let id = Arc::from("test");
        let responses = run(&self.executors, operation, &Drain::default(), id);
        let responses: Vec<Response> = responses.take(3).collect().await;
        let after = self.additions.load(Ordering::Relaxed);
        let json = serde_json::to_value(responses).expect("JSON");
        (json, after - before)
    }
}

/// Documents that use `$v`, each with a value of it that is good.
fn cases() -> Vec<(&'static str, Value)> {
    vec![
        ("query ($v: String) { all(text: $v) }", json!("a")),
        ("query ($v: String!) { all(text: $v) }", json!("a")),
        ("query ($v: String = \"b\") { all(text: $v) }", json!("a")),
        ("query ($v: [String!]) { all(must: $v) }", json!(["a"])),
        ("query ($v: String!) { all(must: [\"x\", $v]) }", json!("a")),
        ("query ($v: ID) { all(id: $v) }", json!("a")),
        ("query ($v: Int) { all(int: $v) }", json!(1)),
        ("query ($v: Int!) { all(count: $v) }", json!(1)),
        ("query ($v: Int = 2) { all(count: $v) }", json!(1)),
        ("query ($v: Float) { all(float: $v) }", json!(1.5)),
        ("query ($v: Boolean) { all(flag: $v) }", json!(true)),
        ("query ($v: Boolean!) { all @skip(if: $v) }", json!(true)),
        ("query ($v: Kind) { all(kind: $v) }", json!("A")),
        ("query ($v: Code) { all(code: $v) }", json!("A")),
        (
            "query ($v: [Point!]) { all(points: $v) }",
            json!([{ "x": 1 }]),
        ),
        (
            "query ($v: Point!) { all(points: [$v]) }",
            json!({ "x": 1 }),
        ),
        ("query ($v: Int!) { all(points: [{ x: $v }]) }", json!(1)),
        (
            "query ($v: Kind) { all(points: [{ x: 1, kind: $v }]) }",
            json!("A"),
        ),
        (
            "query ($v: String!) { must(text: $v, point: { x: 1 }) }",
            json!("a"),
        ),
        (
            "query ($v: Point!) { must(text: \"a\", point: $v) }",
            json!({ "x": 1 }),
        ),
        ("query ($v: Int!) { list(first: $v) { value } }", json!(1)),
        (
            "query A($v: Int!) { all(int: $v) } query B($v: String) { all(text: $v) }",
            json!(1),
        ),
        (
            "mutation ($v: Int!) { a: add(by: 1) b: add(by: $v) }",
            json!(1),
        ),
        ("subscription ($v: Int!) { count(to: $v) }", json!(2)),
        (
            "subscription ($v: Int!) { ...F } fragment F on Subscription { count(to: $v) }",
            json!(2),
        ),
    ]
}

fn values() -> Vec<Value> {
    let point = json!({ "x": 1, "y": 2, "kind": "B", "next": { "x": 3 } });
    let numbers = [
        json!(0),
        json!(-1),
        json!(1.0),
        json!(1.5),
        json!(1_000_000),
    ];
    let large = [json!(2_147_483_648_i64), json!(u64::MAX), json!(1e300)];
    let texts = [json!(""), json!("A"), json!("C"), json!("1"), json!("true")];
    let lists = [
        json!([]),
        json!(["a"]),
        json!([1]),
        json!([null]),
        json!([[1]]),
        json!([{}]),
    ];
    let objects = [
        json!({}),
        json!({ "x": null }),
        json!({ "x": "1" }),
        json!({ "x": 1, "z": 1 }),
        json!({ "x": 1, "y": null }),
        json!({ "x": 1, "y": -1 }),
        json!({ "x": 1, "kind": "C" }),
        json!({ "x": 1, "next": {} }),
        json!({ "x": 1, "next": { "x": 1, "kind": 5 } }),
    ];
    let many = json!([point, { "x": 1, "kind": null }, { "x": 2_147_483_648_i64 }]);
    [json!(null), json!(true), point, many]
        .into_iter()
        .chain(numbers)
        .chain(large)
        .chain(texts)
        .chain(lists)
        .chain(objects)
        .collect()
}

#[tokio::test]
async fn bad_variables_are_refused_the_second_time_as_the_first() {
    let world = World::new();
    let (mut refused, mut executed) = (0, 0);
    for (query, good) in cases() {
        let (answer, _) = world.ask(query, &json!({ "v": good })).await;
        assert!(answer[0]["errors"].is_null(), "{query}: {answer}");
        let mut trials: Vec<Value> = values().into_iter().map(|v| json!({ "v": v })).collect();
        trials.extend([json!({}), json!({ "w": 1 }), json!({ "v": good })]);
        for (number, variables) in trials.iter().enumerate() {
            let new = format!("{query} # {number}");
            let expected = world.ask(&new, variables).await;
            let found = world.ask(query, variables).await;
            assert_eq!(found, expected, "{query} {variables}");
            match expected.0[0]["errors"].is_null() {
                true => executed += 1,
                false => refused += 1,
            }
        }
    }
    assert!(refused > 300 && executed > 100, "{refused} {executed}");
}

async fn which(world: &World, query: &str, variables: Value) -> String {
    let (answer, _) = world.ask(query, &variables).await;
    let which = answer[0]["data"]["which"].as_str();
    which
        .unwrap_or_else(|| panic!("{query}: {answer}"))
        .to_owned()
}

#[tokio::test]
async fn a_document_is_validated_once() {
    let world = World::new();
    for query in [
        "{ which }",
        "query ($v: Int) { which all(int: $v) }",
        "query ($v: Point!) { which must(text: \"a\", point: $v) }",
        "query ($v: Code!) { which all(code: $v) }",
        "subscription { which }",
        "subscription { ...F } fragment F on Subscription { which }",
    ] {
        let good = match query {
            query if query.contains("Point") => json!({ "v": { "x": 1, "kind": null } }),
            query if query.contains("Code") => json!({ "v": "A" }),
            _ => json!({ "v": 1 }),
        };
        assert_eq!(
            which(&world, query, good.clone()).await,
            "strict",
            "{query}"
        );
        for _ in 0..2 {
            assert_eq!(
                which(&world, query, good.clone()).await,
                "trusting",
                "{query}"
            );
        }
    }
    let doubtful = "query ($v: Int) { which all(int: $v) }";
    assert_eq!(which(&world, doubtful, json!({ "v": -1 })).await, "strict");
}

#[tokio::test]
async fn what_is_not_valid_is_never_trusted() {
    let world = World::new();
    for (query, variables) in [
        ("{ which nothing }", json!({})),
        (
            "query ($v: Int!) { which all(text: $v) }",
            json!({ "v": 1 }),
        ),
        (
            "query ($v: Int) { which all(int: $v) }",
            json!({ "v": "1" }),
        ),
        (
            "query ($v: Int!) { list(first: $v) { value } }",
            json!({ "v": 500 }),
        ),
        ("{ which } fragment F on Query { which }", json!({})),
    ] {
        for _ in 0..3 {
            let (answer, _) = world.ask(query, &variables).await;
            assert!(!answer[0]["errors"].is_null(), "{query}: {answer}");
            assert!(!world.prepare(query, &variables).is_valid, "{query}");
        }
    }
    // Each of several operations may declare a variable of the same name.
    let several = "query A($v: Int) { which all(int: $v) } query B($v: String) { all(text: $v) }";
    for _ in 0..2 {
        assert_eq!(which(&world, several, json!({ "v": 1 })).await, "strict");
    }
}
