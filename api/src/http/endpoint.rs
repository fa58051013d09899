//! GraphQL over HTTP: POST with JSON, and queries over GET.

use std::{net::SocketAddr, sync::Arc};

use async_graphql::{
    Executor, Response as GraphqlResponse, ServerError, parser::types::OperationType,
};
use axum::{
    Extension,
    body::Body,
    extract::{ConnectInfo, Query, State, rejection::QueryRejection},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::StreamExt;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    Shared,
    accept::{self, MediaType},
    answer, body, cookies, execution,
    login::{Login, LoginRefused},
    operation::Parameters,
    origin,
    request_id::RequestId,
    socket::{self, Handshake},
};
use crate::graphql::request::{RequestInfo, ResponseCookies};

/// What a request comes to when it is not answered by the executor.
pub(super) struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: String,
    allow: Option<&'static str>,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            allow: None,
        }
    }

    fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, answer::INVALID, message)
    }

    /// The method does not do; `allow` lists those that do.
    fn method(message: &'static str, allow: &'static str) -> Self {
        Self {
            allow: Some(allow),
            ..Self::new(StatusCode::METHOD_NOT_ALLOWED, answer::INVALID, message)
        }
    }

    fn into_response(self, media: MediaType) -> Response {
        let error = answer::error(self.code, self.message);
        let body = GraphqlResponse::from_errors(vec![error]);
        let mut response = respond(self.status, media, &body);
        if let Some(allow) = self.allow {
            let allow = HeaderValue::from_static(allow);
            response.headers_mut().insert(header::ALLOW, allow);
        }
        response
    }
}

/// Query parameters of a GET request; the objects are JSON texts.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GetParameters {
    query: Option<String>,
    operation_name: Option<String>,
    variables: Option<String>,
    extensions: Option<String>,
}

/// Who asks, by the head of the request.
#[derive(Clone)]
struct Asker {
    headers: HeaderMap,
    peer: SocketAddr,
    id: RequestId,
}

/// Answers a GET: a WebSocket handshake, or a query in the URL.
pub(super) async fn get<E: Executor>(
    State(shared): State<Arc<Shared<E>>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Extension(id): Extension<RequestId>,
    headers: HeaderMap,
    parameters: Result<Query<GetParameters>, QueryRejection>,
    handshake: Result<Handshake, Response>,
) -> Response {
    let asker = Asker { headers, peer, id };
    if asker.headers.contains_key(header::UPGRADE) {
        let info = asker.info(&shared, None);
        return match handshake {
            Ok(handshake) => socket::open(shared, handshake, &asker.headers, info),
            Err(refusal) => refusal,
        };
    }
    let Some(media) = accept::negotiate(&asker.headers) else {
        return not_acceptable();
    };
    let parameters = parameters
        .map_err(|_| "The query string could not be read.".to_owned())
        .and_then(|Query(parameters)| parameters.into_parameters());
    let answered = match parameters {
        Ok(parameters) => answer(&shared, &asker, parameters, &Method::GET, media).await,
        Err(message) => Err(Refusal::bad_request(message)),
    };
    answered.unwrap_or_else(|refusal| refusal.into_response(media))
}

/// Answers a POST: any operation but a subscription.
pub(super) async fn post<E: Executor>(
    State(shared): State<Arc<Shared<E>>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Extension(id): Extension<RequestId>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let asker = Asker { headers, peer, id };
    let Some(media) = accept::negotiate(&asker.headers) else {
        return not_acceptable();
    };
    let answered = async {
        let value = body::read_json(&asker.headers, body, &shared.limits).await?;
        let parameters = Parameters::from_json(value).map_err(Refusal::bad_request)?;
        answer(&shared, &asker, parameters, &Method::POST, media).await
    };
    answered
        .await
        .unwrap_or_else(|refusal| refusal.into_response(media))
}

/// Answers every other method.
pub(super) async fn other_method() -> Response {
    let message = "GraphQL is served over POST, GET and WebSocket.";
    Refusal::method(message, "GET, POST").into_response(MediaType::Json)
}

async fn answer<E: Executor>(
    shared: &Shared<E>,
    asker: &Asker,
    parameters: Parameters,
    method: &Method,
    media: MediaType,
) -> Result<Response, Refusal> {
    let cookies = ResponseCookies::default();
    let info = asker.info(shared, Some(cookies.clone()));
    if info.refresh_cookie.is_some() && !shared.origins.admits(&asker.headers) {
        let message = "This web page may not use the refresh cookie of this server.";
        return Err(Refusal::new(
            StatusCode::FORBIDDEN,
            answer::FORBIDDEN,
            message,
        ));
    }
    let mut operation = match parameters.prepare(&shared.documents) {
        Ok(operation) => operation,
        Err(error) => {
            let response = GraphqlResponse::from_errors(vec![error]);
            return Ok(respond(status_of(&response, media), media, &response));
        }
    };
    check_method(operation.kind, method)?;
    let login = asker.login(shared).await?;
    let viewer = login.as_ref().map(Login::filler);
    shared.fill(&mut operation.request.data, viewer.as_ref(), info.clone());
    let mut responses = execution::run(
        &shared.executors,
        operation,
        &shared.drain,
        info.request_id.clone(),
    );
    let response = responses
        .next()
        .await
        .unwrap_or_else(|| GraphqlResponse::from_errors(vec![answer::internal()]));
    let mut answer = respond(status_of(&response, media), media, &response);
    cookies::apply(&cookies, info.secure_origin, answer.headers_mut());
    Ok(answer)
}

fn check_method(kind: OperationType, method: &Method) -> Result<(), Refusal> {
    match kind {
        OperationType::Subscription => Err(Refusal::bad_request(
            "Subscriptions are served over WebSocket, with the subprotocol graphql-transport-ws.",
        )),
        OperationType::Mutation if method == Method::GET => Err(Refusal::method(
            "Mutations are not served over GET.",
            "POST",
        )),
        _ => Ok(()),
    }
}

impl Asker {
    /// A token that is no good counts as none: fields that need a login say so themselves.
    async fn login<E>(&self, shared: &Shared<E>) -> Result<Option<Login>, Refusal> {
        let value = self.headers.get(header::AUTHORIZATION);
        let Some(token) = value.and_then(|value| value.to_str().ok()).and_then(bearer) else {
            return Ok(None);
        };
        match shared.authenticator.authenticate(token).await {
            Ok(login) => Ok(Some(login)),
            Err(LoginRefused::Invalid) => Ok(None),
            Err(LoginRefused::Unavailable) => Err(Refusal::new(
                StatusCode::SERVICE_UNAVAILABLE,
                answer::INTERNAL,
                "Logins cannot be checked at the moment.",
            )),
        }
    }

    /// `cookies` is `None` for a socket, which has no use for the refresh cookie either.
    fn info<E>(&self, shared: &Shared<E>, cookies: Option<ResponseCookies>) -> RequestInfo {
        let user_agent = self.headers.get(header::USER_AGENT);
        RequestInfo {
            request_id: self.id.0.clone(),
            address: shared.trusted_proxies.client(self.peer.ip(), &self.headers),
            user_agent: user_agent
                .and_then(|value| value.to_str().ok())
                .map(Arc::from),
            refresh_cookie: cookies
                .is_some()
                .then(|| cookies::refresh_token(&self.headers))
                .flatten(),
            secure_origin: origin::is_secure(&self.headers),
            cookies,
        }
    }
}

/// The token in `Bearer <token>`.
pub(super) fn bearer(authorization: &str) -> Option<&str> {
    let (scheme, token) = authorization.trim().split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer")).then(|| token.trim())
}

impl GetParameters {
    fn into_parameters(self) -> Result<Parameters, String> {
        fn object(name: &str, text: Option<String>) -> Result<Value, String> {
            let Some(text) = text.filter(|text| !text.is_empty()) else {
                return Ok(Value::Null);
            };
            serde_json::from_str(&text)
                .map_err(|_| format!("The parameter \"{name}\" is not JSON."))
        }
        let mut map = Map::new();
        map.insert("query".into(), self.query.into());
        map.insert("operationName".into(), self.operation_name.into());
        map.insert("variables".into(), object("variables", self.variables)?);
        map.insert("extensions".into(), object("extensions", self.extensions)?);
        Parameters::from_json(Value::Object(map))
    }
}

/// In `application/json` a well-formed request is answered 200 whatever comes of it.
fn status_of(response: &GraphqlResponse, media: MediaType) -> StatusCode {
    let failed = |error: &ServerError| {
        let code = error
            .extensions
            .as_ref()
            .and_then(|values| values.get("code"));
        code == Some(&answer::INTERNAL.into())
    };
    match media {
        _ if !answer::is_request_error(response) => StatusCode::OK,
        _ if response.errors.iter().any(failed) => StatusCode::INTERNAL_SERVER_ERROR,
        MediaType::GraphqlResponse => StatusCode::BAD_REQUEST,
        MediaType::Json => StatusCode::OK,
    }
}

fn respond(status: StatusCode, media: MediaType, response: &GraphqlResponse) -> Response {
    let mut answer = (status, answer::to_json(response)).into_response();
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, media.content_type());
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

fn not_acceptable() -> Response {
    let message = "Answers come as application/graphql-response+json or application/json.";
    Refusal::new(StatusCode::NOT_ACCEPTABLE, answer::INVALID, message)
        .into_response(MediaType::Json)
}
