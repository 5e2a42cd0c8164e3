/// Inspections made for tests, by the JSON that `tare inspect` prints: their types have no other way in.
import Foundation
import TareCore
import TareInspection

extension RoutingInspection {
  /// Three layers of four experts, two of a token, with all that there can be; the second layer has an
  /// expert without tokens.
  static func small(model: String = "tiny") throws -> RoutingInspection {
    let shares = [[0.5, 0.5, 0.5, 0.5], [1, 0.75, 0.25, 0], [0.8, 0.6, 0.4, 0.2]]
    let layers = shares.enumerated().map { place, share in
      var layer = MadeJSON.layer(place, share)
      layer["recurrent"] = MadeJSON.recurrent(place)
      layer["experts"] = MadeJSON.similarity
      layer["outputs"] = MadeJSON.outputs(experts: 4)
      if place < 2 { layer["information"] = ["nats": 0.3, "corrected": 0.25, "share": 0.2] }
      return JSONValue.object(layer)
    }
    return try MadeJSON.routing(
      model, experts: 4, chosen: 2, layers,
      subsets: [
        MadeJSON.subset("chat", shares.map { $0.map { $0 / 2 } }),
        MadeJSON.subset("code", shares.map { $0.reversed().map { $0 / 2 } }),
      ],
      distances: [
        ["first": "chat", "second": "code", "mean": 0.25, "layers": [0, 0.5, 0.25]]
      ], prediction: MadeJSON.prediction)
  }

  /// 48 layers of 128 experts, eight of a token, none of them with the load of another.
  static func big() throws -> RoutingInspection {
    var random = UInt64(1)
    func next() -> Double {
      random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(random >> 11) / 0x1p53
    }
    let layers = (0..<48).map { place in
      JSONValue.object(MadeJSON.layer(place, (0..<128).map { _ in next() / 8 }))
    }
    return try MadeJSON.routing("big", experts: 128, chosen: 8, layers)
  }
}

extension AttentionInspection {
  /// Three layers of two heads; the second layer has a window.
  static func small(
    model: String = "tiny", gates: String = "headwise", positions: Int = 90
  ) throws -> AttentionInspection {
    let layers = (0..<3).map { place in
      var layer: JSONObject = [
        "layer": .int(place),
        "activation": [
          "largest": .double([12, 480, 500][place]), "channel": 7, "position": 0,
          "root_mean_square": .double([1, 1.5, 2][place]),
        ],
      ]
      if positions > 0 {
        layer["sink"] = MadeJSON.list([[0.1, 0.2], [0, 0.05], [0.8, 0.6]][place])
        layer["entropy"] = MadeJSON.list([[4, 3], [3, 1], [1, 2]][place])
      }
      if place == 1 { layer["window"] = 128 }
      if gates != "none" { layer["gates"] = MadeJSON.gates(hasSinks: positions > 0) }
      return JSONValue.object(layer)
    }
    return try MadeJSON.decoded([
      "model": .string(model), "texts": 6, "tokens": 480, "positions": .int(positions),
      "head_count": 2, "gate_kind": .string(gates), "layers": .array(layers),
    ])
  }
}

/// The parts of inspections.
private enum MadeJSON {
  static func decoded<Value: Decodable>(_ json: JSONObject) throws -> Value {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(Value.self, from: Data(JSONValue.object(json).text().utf8))
  }

  static func list(_ values: [Double]) -> JSONValue { .array(values.map { .double($0) }) }

  static func routing(
    _ model: String, experts: Int, chosen: Int, _ layers: [JSONValue], subsets: [JSONValue] = [],
    distances: [JSONValue] = [], prediction: JSONValue? = nil
  ) throws -> RoutingInspection {
    let losses: JSONValue = ["sequence": 3, "micro_batch": 2.5, "global": 2.25]
    var json: JSONObject = [
      "model": .string(model), "texts": 12, "tokens": 1200, "response_tokens": 800,
      "experts": .int(experts), "chosen": .int(chosen), "micro_batch": 4,
      "layers": .array(layers),
      "balance": ["mean": losses, "pooled": losses, "even": .int(chosen)],
      "subsets": .array(subsets), "distances": .array(distances),
    ]
    json["prediction"] = prediction
    return try decoded(json)
  }

  static func layer(_ place: Int, _ share: [Double]) -> JSONObject {
    let whole = share.reduce(0, +)
    let even = whole / Double(share.count)
    let parts = share.map { $0 / whole }
    let variance = share.reduce(0) { $0 + ($1 - even) * ($1 - even) } / Double(share.count)
    return [
      "layer": .int(place), "share": list(share), "probability": list(parts),
      "loss": ["sequence": 3, "micro_batch": 2.5, "global": 2.25],
      "entropy": .double(parts.reduce(0) { $1 > 0 ? $0 - $1 * log($1) : $0 }),
      "variation": .double(variance.squareRoot() / even),
      "unused": .array(share.indices.filter { share[$0] == 0 }.map { .int($0) }),
    ]
  }

  static func recurrent(_ place: Int) -> JSONValue {
    var state: JSONObject = ["norm": .double(2 + Double(place)), "change": 1.5]
    if place > 0 { state["cosine"] = 0.875 }
    return .object(state)
  }

  static var similarity: JSONValue {
    let projection: JSONValue = ["averaged": 0.25, "reordered": 0.125, "association": 0.5]
    return [
      "gate_row": 0.0625, "w1": projection, "w2": projection,
      "w3": ["averaged": -0.25, "reordered": 0.125], "pairs": 6,
    ]
  }

  /// Half of the tokens on the diagonal.
  static func outputs(experts: Int) -> JSONValue {
    let ranks = (0..<experts).map { row in
      JSONValue.array((0..<experts).map { .int($0 == row ? 30 : 10) })
    }
    return [
      "tokens": 60, "ranks": .array(ranks), "spearman": 0.5, "first_is_largest": 0.5,
      "similarity": 0.25, "active": 0.375, "threshold": 0.001,
    ]
  }

  static func subset(_ name: String, _ distribution: [[Double]]) -> JSONValue {
    [
      "name": .string(name), "texts": 6, "tokens": 600,
      "distribution": .array(distribution.map(list)),
      "particular": [
        ["layer": 1, "expert": 0, "share": 1, "elsewhere": 0],
        ["layer": 1, "expert": 1, "share": 0.75, "elsewhere": 0.25],
      ],
    ]
  }

  static func estimate(_ value: Double, _ half: Double) -> JSONValue {
    ["value": .double(value), "low": .double(value - half), "high": .double(value + half)]
  }

  static var prediction: JSONValue {
    let found: JSONValue = ["layer": 1, "expert": 0, "correlation": estimate(0.5, 0.25)]
    return [
      "prompts": 4, "responses": 12, "score": estimate(0.25, 0.125),
      "length": estimate(0.0625, 0.125),
      "bias": [
        "total": estimate(0.5, 0.25), "through_routing": estimate(0.25, 0.125),
        "share": estimate(0.5, 0.25),
      ],
      "of_score": [found], "of_length": [found],
    ]
  }

  static func gates(hasSinks: Bool) -> JSONValue {
    var gates: JSONObject = [
      "histogram": list([0.5] + [Double](repeating: 0, count: 18) + [0.5]),
      "mean": [0.25, 0.75], "below": [0.75, 0.5], "variance": [0.05, 0.15], "between": 0.3,
      "query_dependence": 0.25,
    ]
    if hasSinks {
      gates["gated_sink"] = [0.0625, 0.125]
      gates["sink_of_gated"] = [0.25, 0.125]
    }
    return .object(gates)
  }
}
