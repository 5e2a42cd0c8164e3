/// The server's paths as an OpenAPI 3.1 document, made of the endpoints themselves.
internal import TareCore

struct OpenAPI {
  let endpoints: [Endpoint]
  /// The paths that are asked with GET.
  let paths: [String]
  let version: String

  var document: JSONValue {
    var all: JSONObject = [:]
    for path in paths {
      all[path] = ["get": operation("Facts about the server.", answers: "An answer.")]
    }
    for (path, kinds) in Dictionary(grouping: endpoints, by: \.path) {
      var post =
        operation(
          "A request for rewards, told by its members.", answers: "Rewards, in the protocol's form."
        ).object ?? [:]
      let bodies = kinds.map { schema(of: $0) }
      post["requestBody"] = [
        "required": true,
        "content": [
          "application/json": [
            "schema": bodies.count == 1 ? bodies[0] : ["anyOf": .array(bodies)]
          ]
        ],
      ]
      var item = all[path]?.object ?? [:]
      item["post"] = .object(post)
      all[path] = .object(item)
    }
    var ping = all["/ping"]?.object ?? [:]
    ping["post"] = ping["get"]
    all["/ping"] = .object(ping)
    var sorted: JSONObject = [:]
    for path in all.keys.sorted() { sorted[path] = all[path] }
    return [
      "openapi": "3.1.0",
      "info": ["title": "Tare", "version": .string(version.isEmpty ? "0" : version)],
      "paths": .object(sorted),
    ]
  }

  private func operation(_ summary: String, answers: String) -> JSONValue {
    [
      "summary": .string(summary),
      "responses": [
        "200": ["description": .string(answers)],
        "default": ["description": "An error: what was found, and what is accepted."],
      ],
    ]
  }

  /// An object with the member that tells the request's kind; other members are what it reads.
  private func schema(of endpoint: Endpoint) -> JSONValue {
    var members: JSONObject = [:]
    for name in endpoint.reads.sorted() { members[name] = [:] }
    return [
      "type": "object", "required": [.string(endpoint.member)], "properties": .object(members),
    ]
  }
}
