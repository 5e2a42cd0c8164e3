/// Results on standard output and in files.
internal import Foundation
internal import Synchronization
internal import TareCore
internal import TarePipeline

enum Output {
  /// Some lines at a time.
  private struct Pieces {
    private var piece: [UInt8] = []

    /// - Parameter write: gets the lines up to here, where they are many.
    mutating func add(
      _ line: some Sequence<UInt8>, _ write: (Data) throws(TareError) -> Void
    ) throws(TareError) {
      piece += line
      piece.append(UInt8(ascii: "\n"))
      guard piece.count > 1 << 18 else { return }
      try finish(write)
    }

    mutating func finish(_ write: (Data) throws(TareError) -> Void) throws(TareError) {
      try write(Data(piece))
      piece.removeAll(keepingCapacity: true)
    }
  }

  /// Hands over rows one by one.
  typealias Rows = ((JSONObject) throws(TareError) -> Void) throws(TareError) -> Void

  /// One JSON line a row.
  static func print(_ rows: [JSONObject]) throws(TareError) {
    try print(rows.lazy.map { JSONValue.object($0).text().utf8 })
  }

  static func print(_ lines: some Sequence<some Sequence<UInt8>>) throws(TareError) {
    var pieces = Pieces()
    for line in lines { try pieces.add(line) { (piece) throws(TareError) in try print(piece) } }
    try pieces.finish { (piece) throws(TareError) in try print(piece) }
  }

  /// One JSON line a row, as rows come.
  static func print(_ rows: Rows) throws(TareError) {
    var pieces = Pieces()
    try rows { (row) throws(TareError) in
      try pieces.add(JSONValue.object(row).text().utf8) { (piece) throws(TareError) in
        try print(piece)
      }
    }
    try pieces.finish { (piece) throws(TareError) in try print(piece) }
  }

  /// A result as indented JSON.
  static func print(_ value: JSONValue) throws(TareError) {
    try print(Data((value.text(indent: 2) + "\n").utf8))
  }

  /// A summary with the rows as its member `rows`, where they go nowhere else.
  static func summary(_ value: JSONValue, with rows: Rows) throws(TareError) -> JSONValue {
    var object = value.object ?? [:]
    var all: [JSONValue] = []
    try rows { (row) throws(TareError) in all.append(.object(row)) }
    object["rows"] = .array(all)
    return .object(object)
  }

  /// Objects as one JSON array, an object a line.
  static func print(array lines: some Sequence<some Sequence<UInt8>>) throws(TareError) {
    var pieces = Pieces()
    var last: [UInt8]?
    try pieces.add("[".utf8) { (piece) throws(TareError) in try print(piece) }
    for line in lines {
      if let last {
        try pieces.add(last + [UInt8(ascii: ",")]) { (piece) throws(TareError) in try print(piece) }
      }
      last = Array(line)
    }
    if let last { try pieces.add(last) { (piece) throws(TareError) in try print(piece) } }
    try pieces.add("]".utf8) { (piece) throws(TareError) in try print(piece) }
    try pieces.finish { (piece) throws(TareError) in try print(piece) }
  }

  /// Whole lines; what would steer a terminal is shown where they go to one.
  static func print(_ data: Data) throws(TareError) {
    guard Terminal.outputIsTerminal else { return try print(shown: data) }
    try print(shown: Data(String(decoding: data, as: UTF8.self).showingControls().utf8))
  }

  /// Whether anything has gone to standard output.
  static var hasPrinted: Bool { printed.load(ordering: .relaxed) }
  private static let printed = Atomic(false)

  /// - Parameter data: goes to terminals as it is.
  /// - Throws: `TareError.fault` if standard output takes no more, as on a full disk.
  static func print(shown data: Data) throws(TareError) {
    guard !data.isEmpty else { return }
    printed.store(true, ordering: .relaxed)
    // A reader that has seen enough (`| head`) is no error.
    signal(SIGPIPE, SIG_DFL)
    do {
      try FileHandle.standardOutput.write(contentsOf: data)
    } catch {
      throw .fault("standard output cannot be written: \(error.localizedDescription)")
    }
  }

  /// Whether a result that goes there goes to standard output.
  static func isStandard(_ path: String?) -> Bool {
    guard let path else { return false }
    return ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"].contains(path)
  }

  /// Results that a command prints, of which there may be one.
  ///
  /// - Parameter results: an option or what it stands for, and whether it goes to standard output.
  /// - Throws: `TareError.usage` that names the first two.
  static func checkOnlyOne(_ results: KeyValuePairs<String, Bool>) throws(TareError) {
    let printed = results.filter(\.value).map(\.key)
    guard printed.count > 1 else { return }
    throw .usage(
      "\(printed[0]) and \(printed[1]) both go to standard output; give one of them a file")
  }

  /// Checks that no result destroys what the command reads or writes otherwise.
  ///
  /// - Parameters:
  ///   - outputs: options and the paths they were given; those not given, and standard output, count for
  ///     nothing.
  ///   - inputs: the same for what is read, and for the store.
  /// - Throws: `TareError.usage` that names the two that are one file.
  static func checkApart(
    _ outputs: KeyValuePairs<String, String?>, from inputs: [(name: String, path: String?)]
  ) throws(TareError) {
    let places = outputs.compactMap { name, path in path.map { (name: name, path: $0) } }
      .filter { !isStandard($0.path) }
    let read = inputs.compactMap { name, path in path.map { (name: name, path: $0) } }
    for (number, output) in places.enumerated() {
      for other in read + places[..<number] where Pipeline.areSameFile(output.path, other.path) {
        throw .usage(
          "\(output.name) \(output.path) would overwrite \(other.name); give it another file")
      }
    }
  }

  /// A store with the files that SQLite keeps beside it.
  static func files(ofStore path: String?) -> [(name: String, path: String?)] {
    guard let path else { return [] }
    return ["", "-wal", "-shm", "-journal"].map { ("the store", path + $0) }
  }

  static func write(_ rows: [JSONObject], to path: String) throws(TareError) {
    try write(rows.lazy.map { JSONValue.object($0).text().utf8 }, to: path)
  }

  static func write(
    _ lines: some Sequence<some Sequence<UInt8>>, to path: String
  ) throws(TareError) {
    // A reader that has seen enough (`| head`) is no error.
    signal(SIGPIPE, SIG_DFL)
    let sink = try Pipeline.sink(path)
    var pieces = Pieces()
    for line in lines { try pieces.add(line) { (piece) throws(TareError) in try sink(piece) } }
    try pieces.finish { (piece) throws(TareError) in try sink(piece) }
    try sink(nil)
  }

  static func write(_ rows: Rows, to path: String) throws(TareError) {
    // A reader that has seen enough (`| head`) is no error.
    signal(SIGPIPE, SIG_DFL)
    let sink = try Pipeline.sink(path)
    var pieces = Pieces()
    try rows { (row) throws(TareError) in
      try pieces.add(JSONValue.object(row).text().utf8) { (piece) throws(TareError) in
        try sink(piece)
      }
    }
    try pieces.finish { (piece) throws(TareError) in try sink(piece) }
    try sink(nil)
  }

  /// - Parameter path: a file, a device or a pipe; - for standard output.
  static func write(_ data: Data, to path: String) throws(TareError) {
    // A reader that has seen enough (`| head`) is no error.
    signal(SIGPIPE, SIG_DFL)
    try Pipeline.write(data, to: path)
  }
}
