/// A plot's numbers as a CSV file that the page itself holds.

struct CSVDownload {
  let title: String
  let file: String
  let header: [String]
  let rows: [[String]]

  /// - Parameter name: of the file, without its ending; anything but letters and digits becomes "-".
  init(_ title: String, file name: String, header: [String], rows: [[String]]) {
    self.title = title
    let words = name.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
    file = words.joined(separator: "-") + ".csv"
    self.header = header
    self.rows = rows
  }

  var link: Markup {
    tag("a", ["class": "csv", "download": file, "href": "data:text/csv;charset=utf-8,\(address)"]) {
      title
      tag("span", ["class": "unseen"]) { ": \(file)" }
    }
  }

  /// RFC 4180.
  private var text: String {
    ([header] + rows).map { row in row.map(\.csv).joined(separator: ",") + "\r\n" }.joined()
  }

  /// The bytes as an address holds them (RFC 3986): what is not unreserved is written %XX, but for
  /// commas, which data addresses may have.
  private var address: String {
    var result = ""
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "_"), UInt8(ascii: ","):
        result.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        result += digits.utf8.count == 1 ? "%0" + digits : "%" + digits
      }
    }
    return result
  }
}

extension String {
  /// Quoted where a comma, a quote or a line's end needs it. A text that a spreadsheet would take for a
  /// formula is set behind an apostrophe, as OWASP advises.
  fileprivate var csv: String {
    var text = self
    if let first = text.first, "=+@\t\r".contains(first) { text = "'" + text }
    if text.first == "-", Double(text) == nil { text = "'" + text }
    guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
    return "\"" + text.replacing("\"", with: "\"\"") + "\""
  }
}

extension Double? {
  /// As a cell of CSV; empty where there is none.
  var csv: String { map { "\($0)" } ?? "" }
}
