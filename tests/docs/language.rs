//! What keeps the two languages in step: the skeleton, the hash of the English prose, the words of the glossary.

use crate::caption;
use crate::link::targets;
use crate::page::{self, Page, code_spans, heading, without_code};

/// What has to be the same in both languages, from top to bottom.
#[derive(Debug, PartialEq, Eq)]
enum Bone {
    /// A heading of this level.
    Heading(usize),
    /// Opens or closes a folded answer.
    Folded(String),
    /// A caption, by its code spans.
    Caption(Vec<String>),
    /// A fence, byte by byte.
    Fence(Vec<String>),
    /// The links and images of the section that a heading ends, sorted: sentences put them in another order.
    Links(Vec<String>),
}

fn skeleton(page: &Page) -> Vec<(usize, Bone)> {
    let mut bones = Vec::new();
    let mut links = Vec::new();
    let other = if page.language == "en" { "../ru/" } else { "../en/" };
    let fences = page.fences();
    let captions: Vec<usize> = fences.iter().filter_map(|fence| fence.opening.checked_sub(1)).collect();
    for (at, line) in page.lines.iter().enumerate() {
        if let Some(fence) = fences.iter().find(|fence| fence.opening == at) {
            bones.push((at, Bone::Fence([std::slice::from_ref(&fence.info), &fence.body].concat())));
        }
        if fences.iter().any(|fence| (fence.opening..=fence.closing).contains(&at)) {
            continue;
        }
        if let Some(level) = heading(line) {
            links.sort();
            bones.push((at, Bone::Heading(level)));
            bones.push((at, Bone::Links(std::mem::take(&mut links))));
        }
        if line.starts_with("<details") || line.starts_with("</details") {
            bones.push((at, Bone::Folded(line.split('>').next().unwrap_or_default().to_owned())));
        }
        if captions.contains(&at) && (line.starts_with("[`") || caption::example(line).is_some()) {
            bones.push((at, Bone::Caption(code_spans(line).into_iter().map(str::to_owned).collect())));
        }
        links.extend(targets(line).into_iter().map(|link| link.replace(other, "../OTHER/")));
    }
    links.sort();
    bones.push((page.lines.len() - 1, Bone::Links(links)));
    bones
}

/// The first place where a Russian page parts from the English one.
pub(crate) fn skeleton_problems(en: &Page, ru: &Page) -> Option<String> {
    let (ours, theirs) = (skeleton(en), skeleton(ru));
    let same = ours.iter().zip(&theirs).take_while(|((_, a), (_, b))| a == b).count();
    let show = |page: &Page, bones: &[(usize, Bone)]| match bones.get(same) {
        Some((at, bone)) => format!("  {}: {bone:?}", page.at(*at)),
        None => format!("  docs/{}/{}: ends", page.language, page.name),
    };
    (same < ours.len().max(theirs.len())).then(|| {
        format!(
            "the two languages part here: headings, captions, fences, folded answers and links have to be the same\n{}\n{}",
            show(en, &ours),
            show(ru, &theirs)
        )
    })
}

/// 64-bit FNV-1a of a page's prose. Fences are left out: the skeleton compares them.
fn hash(page: &Page) -> u64 {
    let prose: String = page.prose().iter().map(|(_, line)| line.trim_end().to_owned() + "\n").collect();
    prose.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Line 1 of a Russian page says which English prose it tells.
pub(crate) fn hash_problem(en: &Page, ru: &Page) -> Option<String> {
    let wanted = format!("<!-- en: {:016x} -->", hash(en));
    (ru.lines.first() != Some(&wanted)).then(|| {
        format!(
            "{}: made from another English text. Read what changed in docs/en/{}, change the Russian page too, then make \
             this its first line:\n{wanted}",
            ru.at(0),
            en.name
        )
    })
}

/// Russian words that are never right without their ё. A star stands for any ending.
const WITHOUT_YO: &str = "ее еще нее чье свое твое мое идет ждет дает берет зовет живет шлет придет пойдет дойдет уйдет \
    найдет войдет пройдет поймет возьмет вернет вернется создает отдает передает раздает прочтет прочел счетчик* \
    счет счета учет расчет* отчет* прием* объем* подъем* пошел пришел ушел нашел вошел шел определенн* соединенн* \
    трех четырех причем вдвоем втроем живем ведет растет несет заснет проснется остается начнет займет \
    сошлет пошлет пришлет удается встает придется найдется разберется ведется моем твоем своем";

/// What the prose of one language must not hold.
pub(crate) fn word_problems() -> Vec<String> {
    let mut problems = Vec::new();
    for language in ["en", "ru"] {
        let forbidden = forbidden_terms(language);
        for page in page::names(language).iter().filter_map(|name| Page::load(language, name).ok()) {
            for (at, line) in page.prose() {
                let in_glossary = page.name == GLOSSARY && line.starts_with('|');
                let prose = without_code(line).to_lowercase();
                let words: Vec<&str> = prose.split(|c: char| !c.is_alphanumeric() && c != '-').collect();
                let mut complain = |what: String| problems.push(format!("{}: {what}\n  {line}", page.at(at)));
                for term in forbidden.iter().filter(|_| !in_glossary) {
                    if words.iter().any(|word| word.starts_with(term.as_str())) {
                        complain(format!("the glossary forbids \"{term}…\": use its term"));
                    }
                }
                if language == "ru" {
                    russian_problems(&page, line, &words, &mut complain);
                }
            }
        }
    }
    problems
}

fn russian_problems(page: &Page, line: &str, words: &[&str], complain: &mut impl FnMut(String)) {
    if without_code(line).contains(" - ") || without_code(line).contains(" -- ") {
        complain("a hyphen stands where Russian has a dash: put —".into());
    }
    if without_code(line).contains('"') && !line.starts_with('<') {
        complain("a straight quotation mark: Russian has «…»".into());
    }
    let lacks_yo = |word: &str| {
        WITHOUT_YO.split(' ').any(|wrong| wrong.strip_suffix('*').map_or(word == wrong, |stem| word.starts_with(stem)))
    };
    if let Some(word) = words.iter().find(|word| lacks_yo(word)) {
        complain(format!("\"{word}\" lacks its ё"));
    }
    let is_early = page.name.as_str() < "06";
    let words: Vec<&&str> = words.iter().filter(|word| !word.is_empty()).collect();
    for pair in words.windows(2).filter(|pair| is_early && pair[0].starts_with("поток")) {
        if !["байт", "выполнен", "данных"].iter().any(|whole| pair[1].starts_with(whole)) {
            complain(format!("\"{} {}\": write «поток байтов» or «поток выполнения» in full", pair[0], pair[1]));
        }
    }
}

const GLOSSARY: &str = "c_glossary.md";

/// The last column of the glossary's table: what is not to be used, as beginnings of words.
fn forbidden_terms(language: &'static str) -> Vec<String> {
    let Ok(page) = Page::load(language, GLOSSARY) else { return Vec::new() };
    let rows = page.lines.iter().filter(|line| line.starts_with('|')).skip(2);
    let last = rows.filter_map(|row| row.trim_end_matches(['|', ' ']).rsplit('|').next().map(str::to_owned));
    let terms = last.flat_map(|cell| cell.split(',').map(|term| term.trim().to_lowercase()).collect::<Vec<_>>());
    // A Russian ending is cut off, so that every case of the word is found.
    terms
        .filter(|term| !term.is_empty() && term != "—")
        .map(|term| term.trim_end_matches(['а', 'ь', 'я']).to_owned())
        .collect()
}
