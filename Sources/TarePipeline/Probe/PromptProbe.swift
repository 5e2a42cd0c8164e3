/// Probes that change what stands before the response: the response stays as it is.
package import TareCore

/// An edit of the prompt after which the same response deserves the same score.
package protocol PromptProbe: Registered {
  /// - Returns: nil where the edit does not apply.
  static func edit(_ prompt: [Message]) -> [Message]?
}

/// The registry of probes of prompts. To add one: write its file, and add its type here.
package enum PromptProbes {
  package static let registry = Registry<any PromptProbe.Type>(
    "probe of prompts",
    [
      SystemPromptProbe.self,
      NoSystemPromptProbe.self,
      PromptSpaceProbe.self,
    ]
  ) { $0 }
}
