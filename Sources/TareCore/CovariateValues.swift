/// The numbers that a bias may depend on, of one response.

/// A response's covariates by name.
///
/// As small as can be, since there may be millions: the names are one array, which the responses of a
/// table share, and two values need no memory of their own.
package struct CovariateValues: Sendable {
  /// No name stands twice; their order means nothing.
  package private(set) var names: [String]
  private var first = 0.0
  private var second = 0.0
  /// The values of the third name and those after it.
  private var others: [Double] = []

  package init() { names = [] }

  /// - Parameter names: two different ones.
  package init(_ names: [String], _ first: Double, _ second: Double) {
    precondition(names.count == 2)
    self.names = names
    self.first = first
    self.second = second
  }

  /// - Parameter names: a single one.
  package init(_ names: [String], _ value: Double) {
    precondition(names.count == 1)
    self.names = names
    first = value
  }

  package var isEmpty: Bool { names.isEmpty }

  /// nil stands for a covariate that the response does not have.
  package subscript(name: String) -> Double? {
    get { names.firstIndex(of: name).map { self[at: $0] } }
    set {
      switch (names.firstIndex(of: name), newValue) {
      case (let index?, let value?): self[at: index] = value
      case (nil, let value?):
        names.append(name)
        if names.count > 2 { others.append(value) } else { self[at: names.count - 1] = value }
      case (.some, nil):
        let kept = names.filter { $0 != name }.map { ($0, self[$0]) }
        self = CovariateValues()
        for (name, value) in kept { self[name] = value }
      case (nil, nil): break
      }
    }
  }

  private subscript(at index: Int) -> Double {
    get { index == 0 ? first : index == 1 ? second : others[index - 2] }
    set {
      switch index {
      case 0: first = newValue
      case 1: second = newValue
      default: others[index - 2] = newValue
      }
    }
  }
}

extension CovariateValues: ExpressibleByDictionaryLiteral {
  package init(dictionaryLiteral elements: (String, Double)...) {
    self.init()
    for (name, value) in elements { self[name] = value }
  }
}

extension CovariateValues: Hashable {
  package static func == (a: Self, b: Self) -> Bool {
    a.names.count == b.names.count && a.names.allSatisfy { a[$0] == b[$0] }
  }

  package func hash(into hasher: inout Hasher) {
    for name in names.sorted() {
      hasher.combine(name)
      hasher.combine(self[name])
    }
  }
}
