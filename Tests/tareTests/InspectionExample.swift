/// What `tare inspect --routing` and `--attention` print of a tiny model, made by hand.
import Foundation
import TareTesting

enum InspectionExample {
  /// - Returns: the files' paths.
  static func write(to folder: TemporaryFolder) throws -> (routing: String, attention: String) {
    (
      try folder.file("routing.json", Data(routing.utf8)),
      try folder.file("attention.json", Data(attention.utf8))
    )
  }

  private static func layer(_ number: Int, _ share: String, _ rest: String) -> String {
    """
    {"layer": \(number), "share": \(share), "probability": [0.25, 0.25, 0.25, 0.25], \
    "loss": {"sequence": 2.5, "micro_batch": 2.25, "global": 2.1}, "entropy": 1.25, \
    "variation": 0.2\(rest)}
    """
  }

  private static var routing: String {
    let losses = #"{"sequence": 2.5, "micro_batch": 2.375, "global": 2.25}"#
    let information =
      #", "unused": [], "information": {"nats": 0.3, "corrected": 0.2, "share": 0.1}"#
    return """
      {"routing": {"model": "tiny <moe>", "texts": 8, "tokens": 90, "response_tokens": 60, \
      "experts": 4, "chosen": 2, "micro_batch": 4, "layers": [\
      \(layer(0, "[0.4, 0.6, 0.5, 0.5]", information)), \
      \(layer(1, "[0.5, 0.75, 0.75, 0]", ", \"unused\": [3]"))], \
      "balance": {"mean": \(losses), "pooled": \(losses), "even": 2}, \
      "subsets": [\(subset("<b>code</b>")), \(subset("a subset with a long name"))], \
      "distances": [{"first": "<b>code</b>", "second": "a subset with a long name", \
      "mean": 0.25, "layers": [0.125, 0.375]}], \
      "prediction": {"prompts": 4, "responses": 8, "score": \(estimate), "length": \(estimate), \
      "of_score": [{"layer": 0, "expert": 1, "correlation": \(estimate)}], "of_length": []}}}
      """
  }

  private static let estimate = #"{"value": 0.25, "low": 0.125, "high": 0.5}"#

  private static func subset(_ name: String) -> String {
    """
    {"name": "\(name)", "texts": 4, "tokens": 45, \
    "distribution": [[0.2, 0.3, 0.25, 0.25], [0.25, 0.375, 0.375, 0]], \
    "particular": [{"layer": 1, "expert": 2, "share": 0.75, "elsewhere": 0.5}]}
    """
  }

  private static var attention: String {
    let histogram = "[1\(String(repeating: ", 0", count: 19))]"
    let layers = (0..<2).map { number in
      """
      {"layer": \(number), "sink": [0.5, 0.125], "entropy": [1, 2], \
      "activation": {"largest": 40, "channel": 3, "position": 0, "root_mean_square": 2}, \
      "gates": {"histogram": \(histogram), "mean": [0.05, 0.1], "below": [1, 0.5], \
      "variance": [0.01, 0.02], "between": 0.001, "query_dependence": 0.9, \
      "gated_sink": [0.01, 0.02], "sink_of_gated": [0.2, 0.2]}}
      """
    }
    return """
      {"attention": {"model": "tiny <moe>", "texts": 8, "tokens": 900, "positions": 300, \
      "head_count": 2, "gate_kind": "headwise", "layers": [\(layers.joined(separator: ", "))]}}
      """
  }
}
