/// What a probe is: an edit of a response whose effect on quality is known.
package import TareCore

/// One edit. A new one states its key, what it should do and which facts it keeps, and edits; its effect, its tests
/// and its place in the table follow.
package protocol TextProbe: Registered {
  static var expectation: ProbeExpectation { get }
  static var facts: ProbeFacts { get }
  /// - Parameters:
  ///   - prompt: the messages before the response.
  ///   - random: seeded by probe, seed and response: the same edit of the same response every time.
  /// - Returns: nil where the edit does not apply or changes nothing.
  static func edit(
    _ response: String, prompt: [Message], _ random: inout Xoshiro256
  ) -> String?
}

/// What an edit does to quality.
package enum ProbeExpectation: String, Sendable {
  /// A judge of content gives the same score.
  case same
  /// The response is worse.
  case worse
}

/// What an edited response still says.
package enum ProbeFacts: String, Sendable {
  /// Every word and number, and maybe more.
  case words
  /// Every number.
  case numbers
  /// Not everything.
  case none

  package func areKept(from original: String, in edited: String) -> Bool {
    switch self {
    case .none: true
    case .words: Self.holds(edited, Self.words(original))
    case .numbers:
      Self.holds(edited, Self.words(original).filter { $0.contains(where: \.isNumber) })
    }
  }

  private static func holds(_ text: String, _ wanted: [String]) -> Bool {
    var counts: [String: Int] = [:]
    for word in words(text) { counts[word, default: 0] += 1 }
    for word in wanted { counts[word, default: 0] -= 1 }
    return counts.values.allSatisfy { $0 >= 0 }
  }

  /// Runs of letters and digits, in lower case.
  private static func words(_ text: String) -> [String] {
    text.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
  }
}

/// The registry of probes. To add one: write its file, and add its type here.
package enum TextProbes {
  package static let registry = Registry<any TextProbe.Type>(
    "probe",
    [
      PaddingProbe.self,
      RestatingProbe.self,
      DropParagraphProbe.self,
      ListToProseProbe.self,
      ProseToListProbe.self,
      BoldProbe.self,
      HeadingProbe.self,
      TyposProbe.self,
      LowerCaseProbe.self,
      AgreeingProbe.self,
      ConfidentProbe.self,
      HesitantProbe.self,
      PraiseProbe.self,
      BoxedProbe.self,
      TrailingSpaceProbe.self,
    ]
  ) { $0 }

  /// The edited response; nil where the probe does not apply, or would lose what it must keep.
  package static func edit(
    _ response: String, prompt: [Message], by probe: any TextProbe.Type, seed: UInt64
  ) -> String? {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in (probe.key + "\u{0}" + response).utf8 {
      hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
    }
    var random = Xoshiro256(seed: seed ^ hash)
    guard let edited = probe.edit(response, prompt: prompt, &random), edited != response,
      probe.facts.areKept(from: response, in: edited)
    else { return nil }
    return edited
  }
}
