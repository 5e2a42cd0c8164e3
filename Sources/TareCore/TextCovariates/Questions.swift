/// Questions in the response, such as those that it asks back.

package enum Questions: ResponseCovariate {
  package static let key = "questions"
  package static let id = "markers.questions/1"
  package static let summary = "questions of the response"
  package static let definition =
    #"questions of the response: matches of \?[?!]*(?=[ \t\r\n"')\]*_]|\Z) in its UTF-8 (Python's "#
    + "re.findall)"

  package static func count(in response: Span<UInt8>) -> Int {
    var questions = 0
    var index = 0
    while index < response.count {
      guard response[index] == UInt8(ascii: "?") else {
        index += 1
        continue
      }
      while index < response.count, response[index].isQuestionOrExclamationMark { index += 1 }
      if index == response.count || response[index].endsQuestion { questions += 1 }
    }
    return questions
  }
}

extension UInt8 {
  fileprivate var isQuestionOrExclamationMark: Bool {
    self == UInt8(ascii: "?") || self == UInt8(ascii: "!")
  }

  fileprivate var endsQuestion: Bool {
    switch self {
    case Byte.space, Byte.tab, Byte.carriageReturn, Byte.lineFeed, UInt8(ascii: "\""),
      UInt8(ascii: "'"), UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "*"),
      UInt8(ascii: "_"):
      true
    default: false
    }
  }
}
