/// Tells layers of the same name apart: the second `conv` becomes `conv#2`.
package struct UniqueNames {
  private var taken: Set<String> = []
  private var last: [String: Int] = [:]

  package init() {}

  /// The name itself where it is free, otherwise with the first number from 2 on that makes it free.
  package mutating func unique(_ name: String) -> String {
    if taken.insert(name).inserted { return name }
    var number = last[name] ?? 1
    while true {
      number += 1
      let candidate = "\(name)#\(number)"
      if taken.insert(candidate).inserted {
        last[name] = number
        return candidate
      }
    }
  }
}
