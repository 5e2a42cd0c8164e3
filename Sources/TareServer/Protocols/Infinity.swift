/// Infinity's protocol (infinity_emb/fastapi_schemas/pymodels.py), told from its kin by `raw_scores`.
internal import Foundation
internal import TareCore
internal import TareScoring
internal import TareServing

/// `/rerank` and `/classify`: a reward goes through a sigmoid unless the request says `raw_scores: true`.
/// Its clients always say one or the other.
enum Infinity: WireProtocol {
  static let key = "infinity"
  static let busyStatus = 429
  static let summary = "Infinity (POST /rerank, /classify)"

  static let endpoints =
    ["/rerank", "/v1/rerank", "/v2/rerank"].map { path in
      Endpoint(
        path: path, member: "documents",
        reads: ["query", "raw_scores", "return_documents", "top_n"], where: isMeant
      ) { call throws(TareError) in try await rerank(call) }
    }
    + ["/classify", "/v1/classify"].map { path in
      Endpoint(
        path: path, member: "input", reads: ["raw_scores", "add_special_tokens"], where: isMeant
      ) { call throws(TareError) in try await classify(call) }
    }

  private static let isMeant: @Sendable (JSONObject) -> Bool = { $0["raw_scores"] != nil }

  private static func rerank(_ call: RewardCall) async throws(TareError) -> JSONValue {
    let activated = try call.isActivatedUnlessRaw
    let query = try call.string("query").stripped
    let documents = try call.limits.texts(of: call.body, "documents")
    let top = try call.count("top_n") ?? documents.count
    let returnsTexts = try call.flag("return_documents") ?? false
    let rewards = try await call.rewards(documents.map { .pair(query, $0.stripped) })
    let results = rewards.ranked.prefix(top == 0 ? documents.count : top).map { index in
      [
        "relevance_score": rewards[index].json(activated: activated), "index": .int(index),
        "document": returnsTexts ? .string(documents[index]) : .null,
      ] as JSONValue
    }
    return [
      "object": "rerank", "results": .array(results), "model": .string(call.servedName),
      "usage": usage(rewards), "id": .string("infinity-\(UUID().uuidString.lowercased())"),
      "created": call.now,
    ]
  }

  private static func classify(_ call: RewardCall) async throws(TareError) -> JSONValue {
    let activated = try call.isActivatedUnlessRaw
    let profile = call.service.model.profile
    let rewards = try await call.judgements(try call.inputs("input").texts)
    let data = rewards.map { reward -> JSONValue in
      guard profile.hasOneReward else { return Self.labelled(reward, profile) }
      return [["score": reward.json(activated: activated), "label": call.label]]
    }
    return [
      "object": "classify", "data": .array(data), "model": .string(call.servedName),
      "usage": usage(rewards), "id": .string("infinity-\(UUID().uuidString.lowercased())"),
      "created": call.now,
    ]
  }

  /// Probabilities of all labels, the largest first: those Infinity never gives raw.
  private static func labelled(_ reward: Reward, _ profile: ModelProfile) -> JSONValue {
    let numbers = profile.activation.applied(to: (reward.score.outputs.last ?? []).map(Double.init))
    let order = numbers.indices.sorted { (numbers[$1], $0) < (numbers[$0], $1) }
    return .array(
      order.map { ["score": .double(numbers[$0]), "label": .string(profile.labels[$0])] })
  }

  private static func usage(_ rewards: [Reward]) -> JSONValue {
    let tokens = rewards.reduce(0) { $0 + $1.score.tokens }
    return ["prompt_tokens": .int(tokens), "total_tokens": .int(tokens)]
  }
}

extension String {
  /// As Infinity's server takes the texts of pairs.
  fileprivate var stripped: String { trimmingCharacters(in: .whitespacesAndNewlines) }
}
