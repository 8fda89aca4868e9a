//! A solution of exercise D.4.

use crate::room::Room;

/// Somebody goes from one room into another. False: nobody of that name is there.
pub(crate) fn goes(name: &str, from: &Room, to: &Room) -> bool {
    if from.number == to.number {
        // One lock: asked for twice, it would wait for itself.
        return from.lock().contains(&name);
    }
    // One order for all: the smaller number first, whichever way somebody goes.
    let is_upwards = from.number < to.number;
    let (first, second) = if is_upwards { (from, to) } else { (to, from) };
    let (mut first, mut second) = (first.lock(), second.lock());
    let (from, to) = if is_upwards { (&mut first, &mut second) } else { (&mut second, &mut first) };
    let Some(at) = from.iter().position(|here| *here == name) else { return false };
    to.push(from.remove(at));
    true
}
