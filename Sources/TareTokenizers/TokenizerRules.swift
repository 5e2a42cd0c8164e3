/// Which of transformers' two ways from a folder to a tokenizer is followed.
///
/// 4.57 takes tokenizer.json as it stands, nearly. 5.23 chooses a class by the model's type and the
/// class that the folder names, and many a class puts stages of its own in the place of the file's.
package enum TokenizerRules: String, Sendable, CaseIterable {
  case four = "4"
  case five = "5"

  /// The version whose code was read and whose ids are in the tests.
  package var version: String {
    switch self {
    case .four: "4.57"
    case .five: "5.23"
    }
  }
}
