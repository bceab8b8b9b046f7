import Foundation
import Testing

/// The report as a browser shows it.
@Suite(.serialized) struct ReportPageTests {
  /// The page that most tests look at, made once; each has it in a file of its own.
  private static let text = Result { try ReportFixture.use { try $0.report() } }

  /// The browser that waits for the next test, which takes seconds to start: tests run one after the other.
  private nonisolated(unsafe) static var waiting: Browser?
  /// Has the last browser closed when the program ends.
  private static let closesAtExit: Void = {
    atexit { ReportPageTests.waiting?.close() }
    return
  }()

  /// Does something with a blank page of its own. After an error the next test has a new browser.
  func withBrowser(width: Int = 1280, _ body: (Browser) throws -> Void) throws {
    _ = Self.closesAtExit
    let browser = try Self.waiting ?? Browser()
    Self.waiting = nil
    do {
      try browser.openPage(width: width)
      try body(browser)
    } catch {
      browser.close()
      throw error
    }
    Self.waiting = browser
  }

  /// Opens the report in a page of its own.
  private func withReport(width: Int = 1280, runsScripts: Bool = true, _ body: (Browser, URL) throws -> Void) throws {
    try ReportFixture.use { fixture in
      let page = try fixture.page(Self.text.get())
      try withBrowser(width: width) { browser in
        if !runsScripts { try browser.setScriptsEnabled(false) }
        try browser.open(file: page)
        try body(browser, page)
      }
    }
  }

  private func withReport(width: Int = 1280, _ body: (Browser) throws -> Void) throws {
    try withReport(width: width) { browser, _ in try body(browser) }
  }

  @Test func loadsNothingAndComplainsOfNothing() throws {
    try withReport { browser, page in
      try browser.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true })")
      #expect(try browser.screenshot().starts(with: Data([0x89]) + Data("PNG".utf8)))
      #expect(browser.complaints.isEmpty, "\(browser.complaints)")
      #expect(browser.requests == [page.absoluteString])
    }
  }

  @Test func sectionsAreThereInOrderAndLinked() throws {
    try withReport { browser in
      let sections = ["What was asked", "Summary", "Plots", "Layers", "Mappings"]
      #expect(try browser.value("[...document.querySelectorAll('h2')].map((h) => h.textContent)") == sections)
      #expect(
        try browser.value(
          "[...document.querySelectorAll('nav a')].map((a) => document.querySelector(a.hash).textContent)") == sections)
      #expect(try browser.value("document.title") == "Tilebound report: \"<b>&', alexnet, layers by shape")
      #expect(try browser.value("document.documentElement.lang") == "en")
      #expect(try browser.value("document.querySelectorAll('header, nav, main').length") == 3)
      // Tab leads to the skip link first, and that to the report.
      try browser.press("Tab", code: 9)
      #expect(try browser.value("document.activeElement.hash") == "#main")
      try browser.press("Enter", code: 13)
      #expect(try browser.value("document.activeElement.id") == "main")
    }
  }

  @Test func namesStayText() throws {
    try withReport { browser in
      let names: [String] = try browser.value(
        "[...document.querySelectorAll('#records tbody th')].map((cell) => cell.textContent)")
      #expect(Set(names).isSuperset(of: ReportFixture.names))
      let headings: [String] = try browser.value(
        "[...document.querySelectorAll('h3 .name')].map((name) => name.textContent)")
      #expect(Set(headings).isSuperset(of: ReportFixture.names))
      #expect(try browser.value("document.querySelectorAll('script').length") == 1)
      #expect(try browser.value("document.querySelectorAll('style').length") == 1)
      #expect(try browser.value("document.querySelectorAll('img, b, [onerror], [onmouseover]').length") == 0)
      #expect(browser.complaints.isEmpty, "\(browser.complaints)")
    }
  }

  /// Every header sorts up and down, by the mouse and by the keyboard.
  @Test func headersSort() throws {
    try withReport { browser in
      let columns: Int = try browser.value("document.querySelectorAll('#records thead th').length")
      #expect(columns == 19)
      #expect(try browser.value("document.querySelectorAll('#records thead th > button').length") == columns)
      for column in 0..<columns {
        let button = "document.querySelectorAll('#records thead button')[\(column)]"
        try browser.click(button)
        try expectOrder(browser, column, ascending: true)
        try browser.click(button)
        try expectOrder(browser, column, ascending: false)
        try browser.evaluate("\(button).focus()")
        try browser.press("Enter", code: 13)
        try expectOrder(browser, column, ascending: true)
      }
      #expect(browser.complaints.isEmpty, "\(browser.complaints)")
    }
  }

  private func expectOrder(_ browser: Browser, _ column: Int, ascending: Bool) throws {
    let direction = ascending ? "ascending" : "descending"
    let sorts: [String] = try browser.value(
      "[...document.querySelectorAll('#records thead th')].map((header) => header.getAttribute('aria-sort'))")
    #expect(sorts.indices.allSatisfy { sorts[$0] == ($0 == column ? direction : "none") }, "column \(column): \(sorts)")
    let cells = "[...document.querySelectorAll('#records tbody tr')].map((row) => row.cells[\(column)])"
    let isNumber: Bool = try browser.value(
      "document.querySelectorAll('#records thead th')[\(column)].classList.contains('number')")
    if isNumber {
      let values: [String] = try browser.value(
        "\(cells).map((cell) => cell.dataset.value ?? cell.textContent.replaceAll(' ', ''))")
      let numbers = values.prefix { !$0.isEmpty }.compactMap(Double.init)
      #expect(values.dropFirst(numbers.count).allSatisfy { $0.isEmpty }, "column \(column): \(values)")
      #expect(numbers.count > 20 && numbers == numbers.sorted(by: ascending ? (<) : (>)), "column \(column): \(values)")
    } else {
      let texts: [String] = try browser.value("\(cells).map((cell) => cell.textContent)")
      let named = texts.prefix { !$0.isEmpty }
      #expect(texts.dropFirst(named.count).allSatisfy { $0.isEmpty }, "column \(column): \(texts)")
      // Equal neighbours apart, each name is in one run: what belongs together stands together.
      let runs = named.reduce(into: [String]()) { runs, text in if runs.last != text { runs.append(text) } }
      #expect(runs.count == Set(runs).count, "column \(column): \(runs)")
      if let first = runs.first, let last = runs.last, runs.allSatisfy({ $0.allSatisfy(\.isASCII) }) {
        #expect((first < last) == ascending, "column \(column): \(runs)")
      }
    }
  }

  /// The sums over networks sort as well, each table by itself.
  @Test func summariesSort() throws {
    try withReport { browser in
      let tables: Int = try browser.value("document.querySelectorAll('table.sortable').length")
      #expect(tables >= 3)
      let table = "document.querySelector('#summary').closest('section').querySelector('table')"
      let title = "[...\(table).querySelectorAll('thead button')].find((b) => b.textContent === 'gap data')"
      for (direction, order) in [("ascending", { $0 <= $1 }), ("descending", { $0 >= $1 })]
        as [(String, (Double, Double) -> Bool)]
      {
        try browser.click(title)
        #expect(try browser.value("\(title).parentElement.getAttribute('aria-sort')") == direction)
        let gaps: [String] = try browser.value(
          "[...\(table).tBodies[0].rows].map((row) => row.cells[2].dataset.value)")
        let values = gaps.compactMap(Double.init)
        #expect(values.count > 4 && Set(values).count > 2)
        #expect(zip(values, values.dropFirst()).allSatisfy(order), "\(direction): \(values)")
      }
      #expect(try browser.value("document.querySelectorAll('#records [aria-sort]:not([aria-sort=none])').length") == 0)
    }
  }

  /// The plots are drawn in the page's own colours, and say on pointing at them what is there.
  @Test func plotsAreDrawn() throws {
    try withReport { browser in
      let plots: Int = try browser.value("document.querySelectorAll('figure svg[role=img]').length")
      #expect(plots >= 5)
      #expect(
        try browser.value(
          "[...document.querySelectorAll('figure svg')].every((svg) => svg.getBoundingClientRect().height > 100)"))
      #expect(
        try browser.value(
          """
          [...document.querySelectorAll('figure svg')].every((svg) =>
            [...svg.querySelectorAll('circle > title, rect > title')].length > 0)
          """))
      #expect(
        try browser.value(
          "[...document.querySelectorAll('figure svg title')].some((title) => title.textContent.includes('16 B: '))"))
      let ink = "getComputedStyle(document.querySelector('figure svg text')).fill"
      let light: String = try browser.value(ink)
      try browser.setMedia(colorScheme: "dark")
      let dark: String = try browser.value(ink)
      #expect(light != dark)
    }
  }

  /// Rows that are equal in one column keep the order that they had, and numbers in names count as numbers.
  @Test func sortingIsStable() throws {
    try withReport { browser in
      let button = { (title: String) in
        "[...document.querySelectorAll('#records thead button')].find((b) => b.textContent.startsWith('\(title)'))"
      }
      try browser.click(button("layer"))
      try browser.click(button("network"))
      let layers: [String] = try browser.value(
        """
        [...document.querySelectorAll('#records tbody tr')]
          .filter((row) => row.cells[0].textContent === 'alexnet').map((row) => row.cells[1].textContent)
        """)
      #expect(layers.first == "conv1" && layers.last == "fc8")
      #expect(layers == layers.sorted())
    }
  }

  @Test func filterChoosesRows() throws {
    try withReport { browser in
      let shown = "[...document.querySelectorAll('#records tbody tr')].filter((row) => row.offsetHeight > 0)"
      let all: Int = try browser.value("\(shown).length")
      #expect(try browser.value("document.getElementById('filter-text').labels[0].textContent") == "Network or layer")
      try browser.click("document.getElementById('filter-text')")
      try browser.type("ALEX conv")
      let names: [String] = try browser.value("\(shown).map((row) => row.cells[1].textContent)")
      #expect(names == ["conv1", "conv2", "conv3", "conv4", "conv5"])
      #expect(try browser.value("document.getElementById('filter-count').textContent") == "5 of \(all) rows")
      for _ in 0..<9 { try browser.press("Backspace", code: 8) }
      #expect(try browser.value("\(shown).length") == all)
      try browser.type("<script>")
      #expect(try browser.value("\(shown).length") == 5)
      #expect(browser.complaints.isEmpty, "\(browser.complaints)")
    }
  }

  /// Network, capacity and gap choose rows as well, and all of them together.
  @Test func choicesFilterRows() throws {
    try withReport { browser in
      let shown = "[...document.querySelectorAll('#records tbody tr')].filter((row) => row.offsetHeight > 0)"
      let titles: [String] = try browser.value(
        "[...document.querySelectorAll('#records thead th')].map((header) => header.textContent)")
      let (capacity, gap) = (
        try #require(titles.firstIndex(of: "capacity")), try #require(titles.firstIndex(of: "gap data"))
      )
      func choose(_ name: String, _ value: String) throws {
        try browser.evaluate(
          """
          (() => {
            const element = document.getElementById("filter-\(name)");
            element.value = "\(value)";
            element.dispatchEvent(new Event("input", { bubbles: true }));
          })()
          """)
      }
      let all: Int = try browser.value("\(shown).length")
      let sizes: [String] = try browser.value(
        "[...document.getElementById('filter-capacity').options].map((option) => option.value)")
      #expect(sizes.first == "" && sizes.contains("64 KiB") && Set(sizes).count == sizes.count)
      let places = [sizes.firstIndex(of: "16 B"), sizes.firstIndex(of: "256 B"), sizes.firstIndex(of: "64 KiB")]
      #expect(places.compactMap { $0 } == places.compactMap { $0 }.sorted() && !places.contains(nil))
      try choose("network", "alexnet")
      let networks: [String] = try browser.value("\(shown).map((row) => row.cells[0].textContent)")
      #expect(Set(networks) == ["alexnet"] && networks.count < all)
      try choose("capacity", "64 KiB")
      let chosen: [String] = try browser.value("\(shown).map((row) => row.cells[\(capacity)].textContent)")
      #expect(chosen.count == 8 && Set(chosen) == ["64 KiB"])
      try choose("gap", "1")
      let gaps: [String] = try browser.value("\(shown).map((row) => row.cells[\(gap)].dataset.value)")
      #expect(!gaps.isEmpty && gaps.count < 8 && gaps.allSatisfy { Double($0) ?? 0 >= 0.01 }, "\(gaps)")
      for name in ["network", "capacity", "gap"] { try choose(name, "") }
      #expect(try browser.value("\(shown).length") == all)
      #expect(try browser.value("document.getElementById('filter-count').textContent") == "")
      #expect(browser.complaints.isEmpty, "\(browser.complaints)")
    }
  }

  /// The gap's column is in sight on a usual screen, and the first columns on a narrow one.
  @Test(arguments: [(1280, "gap total"), (390, "gap data")])
  func whatMattersIsInSight(width: Int, column: String) throws {
    try withReport(width: width) { browser in
      let right: Double = try browser.value(
        """
        [...document.querySelectorAll("#records thead th")].find((header) => header.textContent === "\(column)")
          .getBoundingClientRect().right
        """)
      #expect(right <= Double(width))
    }
  }

  /// All of what was asked is in sight on a usual screen, each heading above its column.
  @Test func settingsAreInSight() throws {
    try ReportFixture.use { fixture in
      for (index, parts) in ["inputs=16KiB,weights=32KiB,outputs=16KiB", "inputs+outputs=32KiB,weights=32KiB"]
        .enumerated()
      {
        try fixture.run(
          "optimize alexnet --layer fc8 --capacity \(parts) --double-buffer inputs,weights --energy horowitz-45nm-int8 "
            + "--format json --output \(index).json")
      }
      try fixture.run("report 0.json 1.json --output page.html")
      try withBrowser { browser in
        try browser.open(file: fixture.folder.appending(path: "page.html"))
        #expect(
          try browser.value(
            "(({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth)(document.querySelector('.broken').parentElement)"
          ))
        let crooked: [String] = try browser.value(
          """
          (() => {
            const table = document.querySelector(".broken"), cells = table.querySelectorAll("tbody tr:first-child > *");
            const side = (cell) => {
              const range = document.createRange(); range.selectNodeContents(cell);
              const box = range.getBoundingClientRect();
              return cell.matches("td:not(.text), th.number") ? box.right : box.left;
            };
            return [...table.querySelectorAll("thead th")].filter((header, column) => side(header) !== side(cells[column]))
              .map((header) => header.textContent);
          })()
          """)
        #expect(crooked == [], "\(crooked)")
      }
    }
  }

  /// A layer's name leads to its mapping, which opens; others open by mouse and keyboard.
  @Test func mappingsOpen() throws {
    try withReport { browser in
      try browser.click("document.querySelector('#records tbody th a')")
      try browser.evaluate("new Promise((done) => setTimeout(done, 100))")
      let link: String = try browser.value("document.querySelector('#records tbody th a').hash")
      #expect(try browser.value("document.querySelector('\(link)').open"))
      #expect(try browser.value("document.activeElement.parentElement.id") == String(link.dropFirst()))
      try browser.press("Enter", code: 13)
      #expect(try browser.value("document.querySelector('\(link)').open") == false)
      try browser.click("document.querySelector('details summary')")
      #expect(try browser.value("document.querySelector('details').open"))
      let nest: String = try browser.value("document.querySelector('details[open] .nest').innerText")
      #expect(nest.contains("keep inputs") && nest.contains("keep weights") && nest.contains("keep outputs"))
    }
  }

  @Test func everythingIsThereWithoutScripts() throws {
    try withReport(runsScripts: false) { browser, _ in
      let text: String = try browser.value("document.body.innerText")
      for part in ["What was asked", "tilebound gap", "<script>alert(1)</script>", "223 948 800"] {
        #expect(text.contains(part), "\(part)")
      }
      #expect(text.contains("Sorting and filtering need JavaScript"))
      #expect(try browser.value("document.querySelectorAll('#records tbody tr').length", as: Int.self) > 40)
      #expect(try browser.value("document.querySelectorAll('button').length") == 0)
      #expect(try browser.value("getComputedStyle(document.getElementById('filter')).display") == "none")
      try browser.click("document.querySelector('details summary')")
      #expect(try browser.value("document.querySelector('details').open"))
      #expect(browser.complaints.isEmpty, "\(browser.complaints)")
    }
  }

  /// The least contrast of any text against what is behind it, in both colour schemes.
  @Test(arguments: ["light", "dark"]) func textStandsOut(colorScheme: String) throws {
    try withReport { browser in
      try browser.setMedia(colorScheme: colorScheme)
      let contrast: [String: Any] = try browser.value(
        """
        (() => {
          document.querySelectorAll("details").forEach((details) => { details.open = true });
          const channels = (color) => color.match(/[\\d.]+/g).map(Number);
          const luminance = (color) => channels(color).slice(0, 3).map((value) => value / 255)
            .map((value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
            .reduce((sum, value, index) => sum + value * [0.2126, 0.7152, 0.0722][index], 0);
          const behind = (element) => {
            for (let at = element; at; at = at.parentElement) {
              const color = getComputedStyle(at).backgroundColor;
              if (channels(color)[3] !== 0) return color;
            }
            return "rgb(255, 255, 255)";
          };
          let least = { ratio: Infinity };
          for (const element of document.body.querySelectorAll("*")) {
            const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
            if (!hasText || !element.checkVisibility()) continue;
            const [one, other] = [luminance(getComputedStyle(element).color), luminance(behind(element))];
            const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
            if (ratio < least.ratio) least = { ratio, element: element.outerHTML.slice(0, 200) };
          }
          return { ...least, paper: luminance(behind(document.body)) };
        })()
        """)
      #expect(try #require(contrast["ratio"] as? Double) >= 4.5, "\(contrast)")
      #expect((try #require(contrast["paper"] as? Double) > 0.5) == (colorScheme == "light"))
    }
  }

  @Test(arguments: [360, 800]) func narrowPagesDoNotOverflow(width: Int) throws {
    try withReport(width: width) { browser in
      try browser.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true })")
      #expect(try browser.value("document.scrollingElement.scrollWidth", as: Int.self) <= width)
      // Wide tables scroll by themselves, also by keyboard.
      #expect(try browser.value("document.getElementById('records').parentElement.tabIndex") == 0)
      #expect(
        try browser.value(
          "(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)(document.getElementById('records').parentElement)"
        ))
    }
  }

  /// On a telephone no number is broken at the end of a line, and texts out of sight make no row of a table taller.
  @Test func numbersStayWhole() throws {
    try ReportFixture.use { fixture in
      try fixture.run(
        "optimize alexnet --layer fc8 --capacity inputs=16KiB,weights=32KiB,outputs=16KiB --double-buffer inputs,weights "
          + "--energy horowitz-45nm-int8 --format json --output parts.json")
      try fixture.run("optimize --gemm 4096x1x2048 --capacity 1100B --pieces 2 --format json --output pieces.json")
      try fixture.run("gap alexnet --capacity 64KiB,128KiB --reuse sliding --format json --output gap.json")
      try fixture.run("report parts.json pieces.json gap.json --output page.html")
      for width in [320, 360, 390, 430] {
        try withBrowser(width: width) { browser in
          try browser.open(file: fixture.folder.appending(path: "page.html"))
          try browser.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true })")
          let broken: [String] = try browser.value(
            """
            (() => {
              const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT), found = [];
              const range = document.createRange();
              const top = (node, place) => {
                range.setStart(node, place); range.setEnd(node, place + 1);
                return range.getBoundingClientRect().top;
              };
              while (walker.nextNode()) {
                const node = walker.currentNode;
                if (node.parentElement.closest("pre, script, style, svg")) continue;
                for (const match of node.data.matchAll(/\\d(?=[ \u{A0}](\\d|%))/g))
                  if (top(node, match.index) !== top(node, match.index + 2)) found.push(node.data);
              }
              return found;
            })()
            """)
          #expect(broken == [], "\(width): \(broken)")
          let heights: [Double] = try browser.value(
            "[...document.querySelectorAll('.broken tbody tr')].map((row) => row.getBoundingClientRect().height)")
          #expect(heights.count > 2 && heights.allSatisfy { $0 < 40 }, "\(width): \(heights)")
        }
      }
    }
  }

  @Test func prints() throws {
    try withReport { browser in
      let pages = try browser.printed()
      #expect(pages.starts(with: Data("%PDF".utf8)) && pages.count > 20_000)
      try browser.setMedia("print", colorScheme: "dark")
      #expect(try browser.value("getComputedStyle(document.body).color") == "rgb(0, 0, 0)")
      #expect(try browser.value("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)")
      // Nothing is cut: no container scrolls.
      #expect(
        try browser.value(
          "[...document.querySelectorAll('.scroll')].every((box) => getComputedStyle(box).overflow === 'visible')"))
      #expect(browser.complaints.isEmpty, "\(browser.complaints)")
    }
  }

  @Test func structureIsSound() throws {
    try withReport { browser in
      let ids: [String] = try browser.value("[...document.querySelectorAll('[id]')].map((element) => element.id)")
      #expect(Set(ids).count == ids.count)
      let plain = #/[a-z]+(-[a-z]+|-[0-9]+)?|figure-[0-9]+-[A-Za-z0-9_]+/#
      #expect(ids.allSatisfy { $0.wholeMatch(of: plain) != nil }, "\(ids)")
      let levels: [Int] = try browser.value(
        "[...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].map((heading) => Number(heading.tagName[1]))")
      #expect(levels.first == 1 && levels.count { $0 == 1 } == 1)
      #expect(zip(levels, levels.dropFirst()).allSatisfy { $1 <= $0 + 1 })
      #expect(
        try browser.value(
          """
          [...document.querySelectorAll('img, svg[role=img], [role=img], [role=group]')]
            .every((element) => element.ariaLabel || element.alt || element.getAttribute('aria-labelledby'))
          """))
      #expect(try browser.value("[...document.querySelectorAll('table')].every((table) => table.caption?.textContent)"))
      #expect(try browser.value("[...document.querySelectorAll('thead th')].every((cell) => cell.scope === 'col')"))
      #expect(
        try browser.value(
          "[...document.querySelectorAll('a[href^=\"#\"]')].every((link) => document.querySelector(link.hash))"))
    }
  }
}
