/// The prompts and responses of files, read anew as they are asked for: of a large file little more than its
/// bytes is held.
package import TareCore

/// A set for each row, or several, in the files' order.
package struct CandidateSets: Sequence, Sendable {
  /// The ids of the sets, [set].
  package private(set) var ids: [String] = []
  /// Places of sets that are left out, among all that the files have.
  private var leftOut: Set<Int> = []
  /// Columns that look like text and are no part of the sets.
  package private(set) var unusedTextColumns: [String] = []
  /// The same for each of several files.
  package private(set) var unusedTextOfFiles: [(file: String, columns: [String])] = []
  /// Pairs of which neither response is better.
  package private(set) var ties = 0
  /// Whether a response was given as steps.
  package private(set) var hasSteps = false
  private var files: [File] = []

  /// The rows of one file that are taken.
  fileprivate struct File: Sendable {
    let rows: SourceRows
    let finder: RowLayoutFinder
    let taken: [Int]
    /// The file's name, for those who are told of its rows.
    var name = ""
    /// What is made of each set.
    var change: @Sendable (CandidateSet) -> CandidateSet = { $0 }
  }

  package init() {}

  package var count: Int { ids.count - leftOut.count }
  package var underestimatedCount: Int { count }

  package func makeIterator() -> Iterator { Iterator(files, ids, leftOut) }

  /// The same sets, each made another as it is asked for.
  package func changed(
    _ change: @escaping @Sendable (CandidateSet) -> CandidateSet
  ) -> CandidateSets {
    var rows = self
    for index in files.indices {
      rows.files[index].change = { [before = files[index].change] in change(before($0)) }
    }
    return rows
  }

  /// Adds another file's sets, whose ids are `name` for those that are taken.
  ///
  /// - Throws: `TareError.usage` where such an id is taken as well.
  package mutating func append(_ more: CandidateSets, from name: String) throws(TareError) {
    let taken = Set(ids.lazy.map { ExactText($0) })
    for id in more.ids {
      let isTaken = taken.contains(ExactText(id))
      let own = isTaken ? "\(name):\(id)" : id
      guard !isTaken || !taken.contains(ExactText(own)) else {
        throw .usage("the same file is given twice")
      }
      ids.append(own)
    }
    let before = files.count
    files += more.files
    for index in before..<files.count { files[index].name = name }
    unusedTextColumns += more.unusedTextColumns.filter { !unusedTextColumns.contains($0) }
    unusedTextOfFiles.append((name, more.unusedTextColumns))
    ties += more.ties
    hasSteps = hasSteps || more.hasSteps
  }
}

extension CandidateSets {
  /// Leaves out the sets that something is wrong with, and tells which they were.
  ///
  /// - Throws: what `check` says of the first one if none is left.
  package mutating func leaveOut(
    _ badRows: BadRows, where check: (CandidateSet) throws(TareError) -> Void
  ) throws(TareError) {
    var skipped: [Int: SkippedRows] = [:]
    var first: TareError?
    var sets = makeIterator()
    while let set = sets.next() {
      do throws(TareError) {
        try check(set)
      } catch {
        guard case .badData = error else { throw error }
        leftOut.insert(sets.place)
        skipped[sets.lastFile, default: SkippedRows()].add(
          .notScorable, line: sets.lastLine, error)
        first = first ?? error
      }
    }
    if count == 0, let first { throw first }
    for (file, rows) in skipped { badRows.log?.add(rows, of: files[file].name) }
  }
}

// MARK: - Reading

extension CandidateSets {
  /// Reads all rows of a file once, so that what is wrong with one is known.
  ///
  /// - Parameters:
  ///   - mapping: other names for the rows' columns.
  ///   - badRows: which rows are left out.
  ///   - skipped: counts them.
  ///   - notes: gets what a reader should know of how rows were taken, a phrase each.
  /// - Throws: `TareError.badData` if a row has no known layout, or rows of a response each share an id
  ///   and have different prompts.
  init(
    _ rows: SourceRows, _ mapping: ColumnMapping, _ badRows: BadRows,
    counting skipped: inout SkippedRows, notes: inout [String]
  ) throws(TareError) {
    let rows = mapping.isEmpty ? rows : try mapped(rows, mapping)
    var finder = RowLayoutFinder(mapping)
    var prompts = SharedPrompts()
    var unused = UnusedTextColumns()
    var taken: [Int] = []
    for (index, row) in rows.enumerated() {
      do throws(TareError) {
        let read = try candidateSets(of: row, number: index + 1, finder.layout(of: row))
        if row.isText, badRows.dropsMissing,
          read.sets.contains(where: { $0.responses.contains(where: \.text.isEmpty) })
        {
          // CSV has no other way to say that there is none.
          throw row.error("response", found: "an empty cell", accepted: "a response")
        }
        ids += try read.sets.map { (set) throws(TareError) in
          try prompts.id(
            of: set, hasID: read.hasID, sharesPrompt: read.sharesPrompt, at: row.place)
        }
        for set in read.sets {
          unused.add(set)
          if set.isTie { ties += 1 }
          hasSteps = hasSteps || set.hasSteps
        }
        taken.append(index)
      } catch {
        guard let kind = badRows.kind(.noConversation, isMissing: error.isOfMissing) else {
          throw error
        }
        skipped.add(kind, line: row.line ?? index + 1, error)
      }
    }
    if ids.isEmpty, let error = skipped.first { throw error }
    if let note = prompts.note { notes.append(note) }
    unusedTextColumns = unused.names
    files = [File(rows: rows, finder: finder, taken: taken)]
  }

  package struct Iterator: IteratorProtocol {
    private let files: [File]
    private let ids: [String]
    private let leftOut: Set<Int>
    private var file = 0
    private var row = 0
    /// Sets that were read so far.
    private var read = 0
    private var finder: RowLayoutFinder?
    /// Sets of the last row, the first one last.
    private var waiting: [CandidateSet] = []
    /// File and line of the set that was last given.
    fileprivate private(set) var lastFile = 0
    fileprivate private(set) var lastLine = 0

    fileprivate init(_ files: [File], _ ids: [String], _ leftOut: Set<Int>) {
      (self.files, self.ids, self.leftOut) = (files, ids, leftOut)
    }

    /// The place of the set that was last given, among all that the files have.
    fileprivate var place: Int { read - 1 }

    package mutating func next() -> CandidateSet? {
      while let next = nextRead() {
        if !leftOut.contains(place) { return files[lastFile].change(next) }
      }
      return nil
    }

    private mutating func nextRead() -> CandidateSet? {
      while waiting.isEmpty {
        guard file < files.count else { return nil }
        guard row < files[file].taken.count else {
          (file, row, finder) = (file + 1, 0, nil)
          continue
        }
        waiting = sets(of: files[file].taken[row], in: files[file])
        lastFile = file
        row += 1
      }
      guard var next = waiting.popLast() else { return nil }
      next.id = ids[read]
      read += 1
      return next
    }

    private mutating func sets(of number: Int, in file: File) -> [CandidateSet] {
      let row = file.rows[number]
      lastLine = row.line ?? number + 1
      var finder = finder ?? file.finder
      defer { self.finder = finder }
      guard let layout = try? finder.layout(of: row),
        let read = try? candidateSets(of: row, number: number + 1, layout)
      else { preconditionFailure("the row was read before") }
      return read.sets.reversed()
    }
  }
}

extension CandidateSet {
  fileprivate var hasSteps: Bool {
    responses.contains { $0.turns.last?[Message.stepsMember] != nil }
  }
}
