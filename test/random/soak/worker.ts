import { search, type Stretch } from '../search';

// In a process of its own: plays what it is sent, until its parent is gone.

process.on('disconnect', () => process.exit());
process.on('message', (stretch: Stretch) => {
  void search(stretch, new Set()).then((findings) => process.send!(findings));
});
