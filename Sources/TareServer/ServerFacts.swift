/// What clients ask before they send texts: how the server is, and what it serves.
internal import Foundation
internal import Hummingbird
internal import NIOCore
internal import TareCore
internal import TareScoring
internal import TareServing

struct ServerFacts {
  let service: RewardService
  let options: ServerOptions
  let endpoints: [Endpoint]
  /// When the server was started, in seconds since 1970.
  private let started = Int(Date().timeIntervalSince1970)

  init(service: RewardService, options: ServerOptions, endpoints: [Endpoint]) {
    self.service = service
    self.options = options
    self.endpoints = endpoints
  }

  /// The paths that are asked with GET.
  let paths = [
    "/", "/health", "/ready", "/ping", "/metrics", "/version", "/load", "/v1/models", "/models",
    "/info",
    "/model_info", "/get_model_info", "/openapi.json",
  ]

  private var profile: ModelProfile { service.model.profile }
  private var name: String { options.modelNames.first ?? service.model.name }

  func add(to router: Router<RewardContext>, metrics: ServerMetrics) {
    router.get("/") { _, _ in
      Response(
        status: .ok, headers: [.contentType: "text/plain; charset=utf-8"],
        body: ResponseBody(byteBuffer: ByteBuffer(string: introduction)))
    }
    router.get("/health") { _, _ in Response(["status": "ok"]) }
    // The port opens when the model is loaded, so that only engines elsewhere may not be ready.
    router.get("/ready") { _, _ in
      guard await service.isReady() else {
        return Response(["status": "no engine answers"], status: .serviceUnavailable)
      }
      return Response(["status": "ok"])
    }
    // SageMaker's.
    router.get("/ping") { _, _ in Response(status: .ok) }
    router.post("/ping") { _, _ in Response(status: .ok) }
    router.get("/metrics") { _, _ in
      Response(
        status: .ok, headers: [.contentType: "text/plain; version=0.0.4"],
        body: ResponseBody(byteBuffer: ByteBuffer(string: metrics.text(of: service))))
    }
    router.get("/version") { _, _ in Response(["version": .string(options.version)]) }
    router.get("/load") { _, _ in Response(["server_load": .int(metrics.running)]) }
    router.get("/v1/models") { _, _ in
      let served = options.modelNames.isEmpty ? await service.model.servedName() : name
      return Response([
        "object": "list", "data": .array(served.map { [openAIModel($0)] } ?? []),
      ])
    }
    router.get("/models") { _, _ in Response(infinityModels) }
    router.get("/info") { _, _ in Response(embeddingsInfo) }
    for path in ["/model_info", "/get_model_info"] {
      router.get(RouterPath(path)) { _, _ in
        Response([
          "model_path": .string(name), "tokenizer_path": .string(name), "is_generation": false,
        ])
      }
    }
    router.get("/openapi.json") { _, _ in
      Response(OpenAPI(endpoints: endpoints, paths: paths, version: options.version).document)
    }
  }

  /// What a person sees who opens the address.
  private var introduction: String {
    let protocols = WireProtocols.registry.help.map { "  \($0.summary)\n" }.joined()
    return """
      Tare \(options.version) serves the rewards of \(name).

      A request:
        curl ADDRESS/classify -H 'Content-Type: application/json' \\
          -d '{"messages": [{"role": "user", "content": "What is 2+2?"}, \
      {"role": "assistant", "content": "4"}], "use_activation": false}'

      Protocols:
      \(protocols)
      Facts: \(paths.map { "GET \($0)" }.joined(separator: ", "))

      """
  }

  /// As OpenAI's clients and vLLM's read it.
  private func openAIModel(_ name: String) -> JSONValue {
    var model: JSONObject = [
      "id": .string(name), "object": "model", "created": .int(started), "owned_by": "tare",
      "root": .string(options.otherModelNames.first ?? name), "parent": .null,
      "max_model_len": profile.longest.map { .int($0) } ?? .null, "permission": [],
    ]
    if let calibration = service.calibrationName { model["calibration"] = .string(calibration) }
    return .object(model)
  }

  /// As Infinity's clients read it.
  private var infinityModels: JSONValue {
    let waiting = service.waiting
    return [
      "data": [
        [
          "id": .string(name), "object": "model", "owned_by": "tare", "created": .int(started),
          "backend": "tare", "capabilities": [profile.hasOneReward ? "rerank" : "classify"],
          "stats": [
            "queue_fraction": 0, "queue_absolute": .int(waiting),
            "results_pending": .int(waiting), "batch_size": .int(options.limits.texts),
          ],
        ]
      ], "object": "list",
    ]
  }

  /// As the clients of text-embeddings-inference read it (router/src/lib.rs).
  private var embeddingsInfo: JSONValue {
    var (names, places): (JSONObject, JSONObject) = ([:], [:])
    for (index, label) in profile.labels.enumerated() {
      names["\(index)"] = .string(label)
      places[label] = .int(index)
    }
    let kind = profile.hasOneReward ? "reranker" : "classifier"
    return [
      "model_id": .string(name), "model_sha": .null,
      "model_dtype": .string(profile.precision ?? "float32"),
      "model_type": .object([kind: ["id2label": .object(names), "label2id": .object(places)]]),
      "max_concurrent_requests": .int(options.limits.connections),
      "max_input_length": profile.longest.map { .int($0) } ?? .null,
      "max_batch_tokens": .int(RewardService.passTokens), "max_batch_requests": .null,
      "max_client_batch_size": .int(options.limits.texts), "auto_truncate": false,
      "tokenization_workers": .int(service.model.passesAtOnce), "version": .string(options.version),
      "sha": .null, "docker_label": .null,
    ]
  }
}
